"""Samples that are kept, and sent to a laboratory."""
