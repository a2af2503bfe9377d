"""Small typed forms; each has ``ask(...)``, which returns what was typed or ``None``."""
