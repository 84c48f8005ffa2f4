"""Visits and their loads, from the announcement on, and what is corrected of them."""
