"""What a supervisor should look at now, by plain rules whose parameters stand beside each alert."""
