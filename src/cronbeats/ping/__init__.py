"""The door at which jobs knock: a bare ASGI app, so that a ping costs little."""
