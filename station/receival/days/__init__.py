"""The collecting day: opened, closed and signed."""
