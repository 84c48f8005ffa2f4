"""A finished season at a simulated silo, made through the station's own acts, whose truth is known apart."""
