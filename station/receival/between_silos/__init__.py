"""Shipments between two silos of one owner."""
