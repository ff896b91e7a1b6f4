"""The door at which programs knock: the Management API, one file a resource."""
