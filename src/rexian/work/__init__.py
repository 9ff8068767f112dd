"""The work done with contacts, in vertical slices. Each imports what lies below, and `contract.py` of others."""
