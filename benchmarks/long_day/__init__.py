"""A long day at one station: many visits with all that a July brings, twelve of them open at a time."""
