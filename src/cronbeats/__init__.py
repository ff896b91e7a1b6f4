"""CronBeats: a self-hosted monitor for cron jobs and heartbeats."""

__version__ = "0.1.0"
