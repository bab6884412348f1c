"""The calls by which a network is read: listings that stand for themselves, details of one parent, and their order."""
