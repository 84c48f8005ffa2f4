"""A restored ledger takes back what others know."""
