"""What CronBeats knows about jobs: pure values and rules, without I/O and without a clock."""
