"""The case: its content (frozen), its file, its log, and what each must hold."""
