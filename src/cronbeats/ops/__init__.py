"""The door at which probes knock."""
