"""Nothing accepted is lost, doubled or stuck, whatever is killed and whenever."""
