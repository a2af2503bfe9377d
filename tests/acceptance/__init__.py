"""The whole program, on recordings whose truth is known."""
