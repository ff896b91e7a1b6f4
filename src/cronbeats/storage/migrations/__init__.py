"""The history of the schema: an installed server brings its own database up to date."""
