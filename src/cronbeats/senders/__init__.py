"""Other people's services: outgoing messages leave from here and nowhere else."""
