"""From findings to the few root causes that explain them, by the rules of DESIGN's contract. Pure."""
