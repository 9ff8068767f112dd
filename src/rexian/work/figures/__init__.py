"""Today's figures per queue: counted from the journal into quarter-hour rows, simulated contacts kept apart."""
