"""Signals derived from recordings: what moved, lit up or sounded, against media time."""
