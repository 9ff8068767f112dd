"""A day from people's own files: arrivals, staff, queues, policies; and what is wrong with them, row by row."""
