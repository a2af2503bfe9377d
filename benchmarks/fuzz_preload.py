"""What every worker of :mod:`benchmarks.fuzz_media` needs, imported once before it is forked."""

from sync.media import frames, inspect, pyramid
from tests.support import made_media

__all__ = ["frames", "inspect", "made_media", "pyramid"]
