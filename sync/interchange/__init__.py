"""Formats in which a case leaves Tiepoint, one module each."""
