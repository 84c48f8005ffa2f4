"""Persons: who they are, what they may do, who approves beside them, and who is forgotten."""
