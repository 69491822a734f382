"""Scenarios as Python tests: what is written for them, how they are run, and what is told of it."""
