"""Any contact's journal, told as a story: what happened, when, and why."""
