"""Renderers: pure functions from a verdict to text."""
