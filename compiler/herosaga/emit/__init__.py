"""Plan to text."""
