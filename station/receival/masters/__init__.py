"""Reference data: suppliers, vehicles, contracts, certificates, and the lists that they come in."""
