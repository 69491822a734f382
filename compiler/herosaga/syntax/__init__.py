"""Text to syntax tree: `parse` and the `ast` it gives."""
