"""What settings come to, before anything is asked: the hosts, resources, endpoints and timeouts that a function means.

No kind of evidence is here; those that read a function's configuration build on it.
"""
