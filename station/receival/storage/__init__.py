"""The cells and lines: what lies in them, what goes in, out and about."""
