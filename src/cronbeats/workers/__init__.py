"""The door at which time knocks: loops that run for as long as the server does."""
