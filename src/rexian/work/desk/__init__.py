"""What stands on the agent's desk beside the live contact: earlier contacts, drafts, canned answers, dispositions."""
