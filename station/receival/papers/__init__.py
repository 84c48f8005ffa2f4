"""Tickets: issued, printed, corrected by what came late."""
