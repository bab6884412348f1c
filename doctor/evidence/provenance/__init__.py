"""Where and when evidence was seen, and whether it counts for the function that is examined, as it is now.

No kind of evidence is here.
"""
