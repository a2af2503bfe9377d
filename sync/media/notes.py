"""Health notes to and from the arrays that the cache keeps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sync.media.facts import HealthNote
from sync.timebase import MediaTime


def notes_to_arrays(notes: tuple[HealthNote, ...]) -> dict[str, np.ndarray]:
    """Notes as named arrays, ``note_…``."""
    return {
        "note_code": np.array([note.code for note in notes], dtype=np.str_),
        "note_detail": np.array([note.detail for note in notes], dtype=np.str_),
        "note_at": np.array([0 if note.at is None else note.at.ns for note in notes], np.int64),
        "note_timed": np.array([note.at is not None for note in notes], np.bool_),
    }


def notes_from_arrays(stored: Mapping[str, np.ndarray]) -> tuple[HealthNote, ...]:
    """The inverse of :func:`notes_to_arrays`; KeyError or ValueError where it cannot be."""
    columns = [stored[f"note_{name}"] for name in ("code", "detail", "at", "timed")]
    return tuple(
        HealthNote(code=str(code), at=MediaTime(int(at)) if timed else None, detail=str(detail))
        for code, detail, at, timed in zip(*columns, strict=True)
    )
