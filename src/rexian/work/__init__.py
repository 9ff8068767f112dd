"""The work done with contacts, in vertical slices. Each imports what lies below and of its neighbours `contract.py` only."""
