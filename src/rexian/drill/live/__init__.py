"""Live drills: simulated customers on the real floor, for trainees, at a shadow of the real tenant."""
