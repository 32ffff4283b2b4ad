"""modbot."""
