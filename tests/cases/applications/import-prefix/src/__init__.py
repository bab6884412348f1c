"""A part of the sources that came along."""
