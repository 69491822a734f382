"""What is derived from the language's own tables: editors' grammars, and pages of the documentation."""
