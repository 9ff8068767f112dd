"""Tests of drills that people start."""
