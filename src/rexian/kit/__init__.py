"""What every room stands on: ids, clock, settings, database, languages, logs and figures."""
