"""Tiepoint's application layer: when things happen, and everything that touches the person."""
