"""Which frames rest on a damaged one.

Decoders flag the frame whose data they could not make sense of. The frames predicted from it show
the same fault, or an older picture in its place, and carry no flag; so everything coded after it,
up to the next key frame, may be wrong, and the pictures stored behind that key frame but shown
before it, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def frames_in_doubt(
    damaged: NDArray[np.bool_],
    ordinal: NDArray[np.int32],
    key: NDArray[np.bool_],
    not_referred: NDArray[np.bool_],
    undecodable: Sequence[int],
) -> NDArray[np.bool_]:
    """Frames decoded with errors, and those that may rest on one.

    Parameters
    ----------
    damaged
        (frames,) decoded with errors, in presentation order.
    ordinal
        (frames,) packet each came from; −1 where not known.
    key
        (packets,) the packet rests on none before it.
    not_referred
        (packets,) no other packet rests on it (:class:`sync.media.dispensable.Dispensable`).
    undecodable
        Packets that gave no frame.

    Returns
    -------
    numpy.ndarray
        (frames,) of bool.
    """
    faults = np.zeros(len(key), np.bool_)
    faults[ordinal[damaged & (ordinal >= 0)]] = True
    faults[list(undecodable)] = True
    faults &= ~not_referred
    if not faults.any():
        return damaged
    keys = np.flatnonzero(key)
    doubt = damaged.copy()
    done = -1
    for fault in np.flatnonzero(faults):
        if fault < done:
            continue
        after = keys[np.searchsorted(keys, fault, "right") :][:2]
        done = int(after[0]) if len(after) else len(key)
        doubt |= (ordinal > fault) & (ordinal < done)
        shown = np.flatnonzero(ordinal == done)
        if len(shown):
            end = int(after[1]) if len(after) == 2 else len(key)
            led = ordinal[: shown[0]]
            doubt[: shown[0]] |= (led > done) & (led < end)
    return doubt
