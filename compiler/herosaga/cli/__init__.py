"""The command line: the only place that touches files and terminals."""
