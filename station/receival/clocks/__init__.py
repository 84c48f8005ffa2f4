"""The station's clock and the instruments' clocks."""
