"""The documentation of the Management API, as a page."""
