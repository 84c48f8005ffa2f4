"""Simulated seasons of routing, with known truth: what a rule for choosing cells costs."""
