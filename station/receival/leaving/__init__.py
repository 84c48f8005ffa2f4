"""Outbound vehicles: loaded, weighed, and their delivery notes."""
