"""The reference day: four companies, a launch at 20:00, 1,600,000 contacts, 1,800 agents at work at the peak."""
