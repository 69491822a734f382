"""Itineraries: routing slips that travel from activity to activity, with their results and with how to undo them."""
