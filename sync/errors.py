"""Errors the engine raises, typed and with fields.

A front end turns a type and its fields into words (``app.problem``); ``str(error)`` is one clear
English line for the command line and for logs.

::

    TiepointError
    ├── MediaError                a recording cannot be used
    │   ├── MediaMissing          no such file
    │   ├── MediaUnreadable       there, but not to be read (rights, a directory, an I/O error)
    │   ├── MediaEmpty            zero bytes, or no picture and no sample in it
    │   ├── MediaNotRecognised    not a recording, or not what its name says
    │   ├── MediaDamaged          begins like a recording but cannot be decoded where asked
    │   ├── MediaEncrypted        nothing in it can be decoded without a key
    │   ├── MediaTooLarge         claims pictures larger than any camera's
    │   ├── SoundChannelMissing   fewer channels of sound than asked for
    │   └── MediaChanged          not the file that was added: size or SHA-256 differ
    ├── TimeFormatError           a typed time that cannot be read
    ├── ClockError
    │   ├── UnlinkedClock         asked to map a time of a source that nothing ties to the datum
    │   └── OutsideStretch        a media time that lies in no stretch of its source
    ├── TraceError                a trace cannot be derived from this recording
    ├── EvidenceError             an observation that cannot be right (names the row)
    ├── NetworkError              a bare network that is malformed (names the key)
    ├── CaseError
    │   ├── CaseMissing           no case file there
    │   ├── CaseDamaged           not JSON, not a case, or its log's chain is broken
    │   ├── CaseNewer             written by a later version
    │   ├── CaseLocked            another process has it open
    │   ├── CaseExists            would overwrite
    │   └── CaseStale             the solution is older than the evidence
    ├── FormatError               a file of another program that cannot be read, or cannot hold it
    ├── StorageError              the target cannot be written
    └── Cancelled                 the person or Ctrl+C stopped it
"""

from __future__ import annotations

from pathlib import Path


class TiepointError(Exception):
    """Base of all: ``code`` is stable and machine-readable, ``hint`` says what to do."""

    code = "error"

    def __init__(self, message: str, *, path: Path | str | None = None, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.path = None if path is None else str(path)
        self.hint = hint


class MediaError(TiepointError):
    """A recording cannot be used."""

    code = "media"


class MediaMissing(MediaError):
    """No such file."""

    code = "media-missing"


class MediaUnreadable(MediaError):
    """The file is there but cannot be read: rights, a directory, an I/O error."""

    code = "media-unreadable"


class MediaEmpty(MediaError):
    """Zero bytes, or not one picture and not one sample inside."""

    code = "media-empty"


class MediaNotRecognised(MediaError):
    """Not a recording, or not what its name says."""

    code = "media-not-recognised"


class MediaDamaged(MediaError):
    """Begins like a recording but cannot be decoded where asked."""

    code = "media-damaged"


class MediaEncrypted(MediaError):
    """Nothing in it can be decoded without a key."""

    code = "media-encrypted"


class MediaTooLarge(MediaError):
    """Claims pictures of ``width_px`` × ``height_px``, larger than any camera's."""

    code = "media-too-large"

    def __init__(
        self,
        message: str,
        *,
        width_px: int | None = None,
        height_px: int | None = None,
        path: Path | str | None = None,
        hint: str | None = None,
    ):
        super().__init__(message, path=path, hint=hint)
        self.width_px = width_px
        self.height_px = height_px


class MediaChanged(MediaError):
    """The file is not the one that was added."""

    code = "media-changed"


class SoundChannelMissing(MediaError):
    """Fewer channels of sound than asked for."""

    code = "no-channel"


class TimeFormatError(TiepointError):
    """A typed time that cannot be read."""

    code = "time-format"


class ClockError(TiepointError):
    """A time cannot be mapped between clocks."""

    code = "clock"


class UnlinkedClock(ClockError):
    """Nothing observed ties this source to the reference clock."""

    code = "no-link"


class OutsideStretch(ClockError):
    """The media time lies in no stretch of the source."""

    code = "outside-stretch"


class TraceError(TiepointError):
    """A trace cannot be derived from this recording."""

    code = "trace"


class EvidenceError(TiepointError):
    """An observation that cannot be right; ``row`` names it."""

    code = "evidence"

    def __init__(self, message: str, *, row: str | None = None, hint: str | None = None):
        super().__init__(message, hint=hint)
        self.row = row


class NetworkError(TiepointError):
    """A bare network that is malformed; ``row`` names the entry."""

    code = "network"

    def __init__(self, message: str, *, row: str | None = None, hint: str | None = None):
        super().__init__(message, hint=hint)
        self.row = row


class CaseError(TiepointError):
    """A case file cannot be used as asked."""

    code = "case"


class CaseMissing(CaseError):
    """No case file there."""

    code = "case-missing"


class CaseDamaged(CaseError):
    """Not JSON, not a case, or the chain of its log is broken."""

    code = "case-damaged"


class CaseNewer(CaseError):
    """Written by a later version of Tiepoint."""

    code = "case-newer"


class CaseLocked(CaseError):
    """Another process has the case open for writing."""

    code = "case-locked"


class CaseExists(CaseError):
    """The act would overwrite an existing case."""

    code = "case-exists"


class CaseStale(CaseError):
    """The solution is older than the evidence it should rest on."""

    code = "case-stale"


class FormatError(TiepointError):
    """A file of another program that cannot be read as what it should be, or a format that cannot
    hold what it was asked to."""

    code = "format"


class StorageError(TiepointError):
    """The target cannot be written: no space, no rights, no such folder."""

    code = "storage"


class Cancelled(TiepointError):
    """Stopped by the person; nothing was changed."""

    code = "cancelled"

    def __init__(self, message: str = "Cancelled; nothing was changed."):
        super().__init__(message)
