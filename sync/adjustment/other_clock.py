"""A clock that is no recording's (UTC, a server's): what it showed, as far as it is tied."""

from __future__ import annotations

from typing import Literal

from sync.adjustment.adjust import Adjustment
from sync.adjustment.inputs import authority
from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime

Untied = Literal["never read", "no link", "conflict"]


def other_clock(adjustment: Adjustment, clock_id: str) -> ClockModel | Untied:
    """The map between what a clock showed and the reference clock, or why there is none.

    Parameters
    ----------
    clock_id
        A clock of the case that was read, held against another one, or wrote a log.

    Returns
    -------
    ClockModel
        With what the clock showed, from its midnight, as its media time. It is expressed where the
        clock was read; its coverage factor is the one there.
    str
        Why no time of it is stated: nothing was observed of it; what was does not reach the
        reference clock; or the evidence disagrees about it.
    """
    node = authority(clock_id)
    known = adjustment.network.sources.get(node)
    if known is None:
        return "never read"
    correction = adjustment.correction_function(node, known.epoch_s, on_datum_scale=True)
    rate = adjustment.drift_function(node, relative_to_datum=True)
    if not (adjustment.estimable(correction) and adjustment.estimable(rate)):
        return "no link"
    if adjustment.conflict(correction):
        return "conflict"
    covariance = adjustment.covariance([correction, rate])
    stated = adjustment.uncertain(correction).expanded()
    epoch = MediaTime.from_s(known.epoch_s)
    return ClockModel(
        source=node, stretch=0, epoch=epoch,
        reference=ReferenceTime(epoch.ns + round(stated.value * 1e9)),
        drift=adjustment.value(rate), var_offset_s2=float(covariance[0, 0]),
        cov_offset_drift_s=float(covariance[0, 1]), var_drift=float(covariance[1, 1]),
        coverage_factor=stated.k, observed=None,
    )  # fmt: skip
