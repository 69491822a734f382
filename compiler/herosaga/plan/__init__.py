"""Model to plan: every decision that a generated module shows, made once."""
