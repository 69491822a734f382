"""Measurements, each runnable by one command: `python -m benchmarks.<name>` at the repository's root."""
