"""Instruments, and what they and the phones say: readings, captures, and the sample that they are of."""
