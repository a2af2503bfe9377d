"""An error as what happened, what it means for the evidence, and what to do. No Qt, no sentences
in the engine: the window shows all three, the command line the first and the last."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sync import ENGINE_VERSION
from sync.errors import (
    Cancelled,
    CaseDamaged,
    CaseError,
    CaseExists,
    CaseLocked,
    CaseMissing,
    CaseNewer,
    CaseStale,
    ClockError,
    EvidenceError,
    FormatError,
    MediaChanged,
    MediaDamaged,
    MediaEmpty,
    MediaEncrypted,
    MediaError,
    MediaMissing,
    MediaNotRecognised,
    MediaTooLarge,
    MediaUnreadable,
    NetworkError,
    OutsideStretch,
    SoundChannelMissing,
    StorageError,
    TiepointError,
    TimeFormatError,
    TraceError,
    UnlinkedClock,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a person is told about an error."""

    code: str
    what_happened: str
    what_it_means: str
    what_to_do: str
    path: str | None = None


_NOT_USED = "Nothing was taken from the file, and the case is unchanged."
_CASE_KEPT = "The case on the disk was not touched."

_WORDS: dict[type[TiepointError], tuple[str, str]] = {
    MediaMissing: (_NOT_USED, "Check the name, or find where the file was moved to."),
    MediaUnreadable: (_NOT_USED, "Ask for the right to read it, or copy it where you may."),
    MediaEmpty: (_NOT_USED, "Ask for the file again: what arrived holds no recording."),
    MediaNotRecognised: (
        _NOT_USED,
        "Check that it is the recording itself, and not a player, a listing or an archive.",
    ),
    MediaDamaged: (
        "What can still be decoded may be used; nothing is known about the rest.",
        "Ask for another copy, made without conversion.",
    ),
    MediaEncrypted: (_NOT_USED, "Ask for it without encryption, from whoever has the key."),
    MediaTooLarge: (
        "Its pictures were not decoded: they would take all memory.",
        "Ask for another copy, made without conversion.",
    ),
    MediaChanged: (
        "Everything observed in the recording holds for the file that was added, not for this one.",
        "Put the original file back, or add this one as a recording of its own.",
    ),
    SoundChannelMissing: (
        "Nothing was taken from that channel.",
        "Choose one of the channels the recording has, or all of them mixed.",
    ),
    MediaError: (_NOT_USED, "Try another copy of the file."),
    TimeFormatError: (
        "Nothing was changed.",
        "Type seconds (83.25), minutes (1:23.25) or a clock time (14:23:25.48).",
    ),
    UnlinkedClock: (
        "No time can be stated for this recording.",
        "Mark one event that it shares with a linked recording.",
    ),
    OutsideStretch: ("The recording says nothing about that time.", "Choose a time inside it."),
    ClockError: ("No time can be stated from this clock.", "Check the evidence it rests on."),
    TraceError: ("There is no such signal to search or show.", "Choose another kind of trace."),
    EvidenceError: ("Nothing was added, and the case is unchanged.", ""),
    NetworkError: ("Nothing was calculated.", "Correct the entry that is named."),
    CaseMissing: ("There is nothing to open.", "Check the name, or make a new case."),
    CaseDamaged: (
        "What the case says cannot be relied on. " + _CASE_KEPT,
        "Restore the case and its log from a copy.",
    ),
    CaseNewer: (
        "This version might lose what it does not know. " + _CASE_KEPT,
        "Open it with the version that wrote it, or a later one.",
    ),
    CaseLocked: (
        "Two writers would overwrite each other. " + _CASE_KEPT,
        "Close it there, or open it here for reading only.",
    ),
    CaseExists: ("The case that is there was not touched.", "Choose another name."),
    CaseStale: (
        "The calculated times do not belong to the present evidence, so they are not given out.",
        "Calculate the case, then try again.",
    ),
    CaseError: (_CASE_KEPT, ""),
    FormatError: (
        "Nothing was read or written, and the case is unchanged.",
        "Check that the file is what its name says.",
    ),
    StorageError: (
        "What was written before is complete; this was not written.",
        "Free some space, or choose a folder you may write to.",
    ),
    Cancelled: ("What was saved before is unchanged.", ""),
}


def describe(error: BaseException, details: Path | None = None) -> Problem:
    """What to tell a person about ``error``.

    Parameters
    ----------
    details
        Where :func:`keep_traceback` put the details of an error nobody foresaw.
    """
    if isinstance(error, TiepointError):
        means, act = _words_of(error)
        return Problem(
            code=error.code,
            what_happened=error.message,
            what_it_means=means,
            what_to_do=error.hint or act,
            path=error.path,
        )
    if isinstance(error, OSError) and error.filename is not None:
        no_folder = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return Problem(
            code="storage",
            what_happened=f"{Path(str(error.filename)).name}: {error.strerror or error}.",
            what_it_means=_WORDS[StorageError][0],
            what_to_do="Make the folder first, or choose another."
            if no_folder
            else _WORDS[StorageError][1],
            path=str(error.filename),
        )
    if isinstance(error, MemoryError):
        return Problem(
            code="memory",
            what_happened="There is not enough memory for this.",
            what_it_means="Nothing was changed.",
            what_to_do="Close other programs, or work on a part of the recording.",
        )
    where = f"The details are in {details}." if details is not None else ""
    return Problem(
        code="internal",
        what_happened="Sorry: the program made a mistake of its own "
        f"({type(error).__name__}: {_short(error)}).",
        what_it_means="What was saved before is unchanged; no result was given.",
        what_to_do=(where + " Please report it.").strip(),
        path=None if details is None else str(details),
    )


def _words_of(error: TiepointError) -> tuple[str, str]:
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return _WORDS[kind]
    return ("Nothing was changed.", "")


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else text[:157] + "…"


def keep_traceback(error: BaseException) -> Path | None:
    """Write the traceback of an unforeseen error to the user's log folder.

    Returns
    -------
    Path or None
        The file, or ``None`` when nothing could be written.
    """
    import platformdirs

    now = datetime.now(UTC)
    try:
        folder = platformdirs.user_log_path("tiepoint", ensure_exists=True)
        path = folder / f"problem-{now:%Y%m%d-%H%M%S-%f}.txt"
        text = "".join(traceback.format_exception(error))
        path.write_text(
            f"Tiepoint {ENGINE_VERSION}, {now.isoformat(timespec='seconds')}\n\n{text}",
            encoding="utf-8",
        )
    except OSError:
        return None
    return path
