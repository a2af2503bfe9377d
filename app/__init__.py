"""The program: decides when things happen, and talks to the person, the disk and threads."""

import os

# The networks are small: a second BLAS thread costs more than it brings, and with one thread the
# order of summation, and so the last digit, is the same in every run.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
