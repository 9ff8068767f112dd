"""What a person sees of a rehearsal: tables in the terminal, one HTML file with charts, one line of JSON."""
