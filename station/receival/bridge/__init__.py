"""Weighings, and which two of them make a net weight."""
