"""Model to graphs: what can follow what."""
