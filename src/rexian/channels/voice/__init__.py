"""Voice: customers call, a person picks up. `port.py` is the line between what a call means and how sound is moved."""
