"""Pictures of a model: what is in them is decided here, how they are written is each printer's."""
