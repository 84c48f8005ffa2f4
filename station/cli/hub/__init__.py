"""`silo hub`: headquarters, from its database to the stations."""
