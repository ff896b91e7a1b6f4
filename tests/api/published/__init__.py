"""What is promised to programs, written down anew: every request and what answers it."""
