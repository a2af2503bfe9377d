"""The report of a case: one self-contained HTML file, with figures of its own."""
