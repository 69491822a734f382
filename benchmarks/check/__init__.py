"""How long `herosaga check` takes: its start, and how it grows with the project."""
