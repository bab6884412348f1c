"""The signed calls by which evidence is read: which there are, how each is bounded, and what its failure means.

No kind of evidence is here; those that ask AWS build on it.
"""
