"""Files to model: names bound to declarations, expressions typed."""
