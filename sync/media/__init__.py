"""Recordings: what is in them, when each picture and sample was, and exact access to both."""
