"""How far a pane's time and that of the sound heard with it may lie from each other."""

from __future__ import annotations

from sync.adjustment.network import Function
from sync.adjustment.spots import find_spot, function_of, on_datum_scale
from sync.case.calculate import Calculation
from sync.case.case import Source
from sync.evidence import Place
from sync.timebase import MediaTime


class Apart:
    """The 95 % range of a pane's time against the sound that is heard with it."""

    def __init__(self, ready: Calculation) -> None:
        self._ready = ready
        self._known: dict[tuple[object, ...], float | None] = {}

    def half_s(self, source: Source, at: MediaTime, sounding: tuple[str, MediaTime] | None
               ) -> float | None:  # fmt: skip
        """U of (time of the pane's picture − time of the sound), s; to the second, so that it is
        not calculated for every picture. ``None``: nothing links the two."""
        key = (source.id, at.ns // 1_000_000_000, sounding and sounding[0],
               sounding and sounding[1].ns // 1_000_000_000)  # fmt: skip
        if key not in self._known:
            self._known[key] = self._calculated(source, at, sounding)
        return self._known[key]

    def _calculated(
        self, source: Source, at: MediaTime, sounding: tuple[str, MediaTime] | None
    ) -> float | None:
        ready = self._ready
        own = self._function(source.id, at)
        if own is None:
            return None
        function = on_datum_scale(ready.adjustment, own)
        if sounding is not None:
            heard = self._function(*sounding)
            if heard is None:
                return None
            function = heard - own
        if not ready.adjustment.estimable(function):
            return None
        return ready.adjustment.uncertain(function).expanded().U

    def _function(self, source: str, at: MediaTime) -> Function | None:
        ready = self._ready
        spot = find_spot(ready.inputs, ready.built, Place(source=source, time=at))
        return function_of(ready.adjustment.network, spot)
