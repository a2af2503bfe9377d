"""Searching two recordings for the offset at which they agree, and saying when there is none."""
