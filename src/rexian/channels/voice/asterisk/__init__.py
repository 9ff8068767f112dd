"""The voice engine of telephone lines: Asterisk 22 or later, led over its REST interface."""
