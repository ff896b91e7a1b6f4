"""The door at which people knock: pages, which work without scripts and without the internet."""
