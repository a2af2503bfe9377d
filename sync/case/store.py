"""A case on disk: the snapshot, its log, its lock; opening, committing, saving.

Nothing acknowledged is lost: :meth:`CaseStore.commit` returns once the act stands in the log on
the disk. :meth:`CaseStore.save` writes the snapshot, which holds the head of the log; whatever
the log has beyond it is replayed on opening.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sync import ENGINE_VERSION
from sync.case.case import Case, Source
from sync.case.integrity import problems_of
from sync.case.lock import CaseLock
from sync.case.log import (
    EMPTY,
    NO_ENTRY,
    LogHead,
    changes_between,
    line_of,
    make_entry,
    mend_tail,
    read_log,
    replay,
)
from sync.case.paths import files_folder, lock_path, log_path, media_path_of, relative_media_path
from sync.case.snapshot import (
    checked_case,
    decoded_case,
    missing_case,
    now_utc,
    read_newer,
    read_snapshot,
    snapshot_bytes,
)
from sync.case.storage import BINARY, storage_error, sync_folder, write_all, write_atomically
from sync.errors import (
    CaseDamaged,
    CaseError,
    CaseExists,
    CaseLocked,
    CaseNewer,
    EvidenceError,
    StorageError,
)

__all__ = ["CaseStore", "load_case", "recover_case", "relative_media_path"]


@dataclass(frozen=True, slots=True)
class _State:
    """What the store holds; replaced in one assignment, so Ctrl+C cannot leave half of it."""

    case: Case
    head: LogHead
    log_size: int
    saved: LogHead


class CaseStore:
    """An open case. Make one with :meth:`create` or :meth:`open`; close it when done."""

    def __init__(
        self,
        path: Path,
        state: _State,
        lock: CaseLock | None,
        *,
        recovered: int = 0,
        torn_line: int | None = None,
        newer: CaseNewer | None = None,
    ) -> None:
        self._path = path
        self._state = state
        self._lock = lock
        self._recovered = recovered
        self._torn_line = torn_line
        self._newer = newer

    # -- opening and closing ---------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, case: Case, by: str = "") -> CaseStore:
        """Write a new case and hold it open.

        A case without an id or a date of creation is given them.

        Raises
        ------
        CaseExists
            When there is a case, or the log of one, at ``path``.
        StorageError
            When it cannot be written there.
        """
        path = Path(path)
        _refuse_existing(path)
        lock = CaseLock.acquire(lock_path(path), path)
        try:
            _refuse_existing(path)
            case = replace(case, id=case.id or str(uuid.uuid4()), created=case.created or now_utc())
            store = cls(path, _State(EMPTY, NO_ENTRY, 0, NO_ENTRY), lock)
            try:
                store.commit(case, "create the case", by)
                store.save()
            except BaseException:
                _remove(path, log_path(path))
                raise
        except BaseException:
            lock.release()
            raise
        return store

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> CaseStore:
        """Open a case, with everything its log holds beyond the snapshot.

        Raises
        ------
        CaseMissing, CaseDamaged, CaseNewer
            When it is not there or cannot be trusted; nothing is changed then.
        CaseLocked
            When another live process has it open for writing (not when ``read_only``).
        """
        path = Path(path)
        if read_only:
            return cls._read(path, None)
        if not path.exists():
            raise missing_case(path)
        try:
            lock = CaseLock.acquire(lock_path(path), path)
        except StorageError as error:
            error.hint = "Open it for reading only; that needs no right to write."
            raise
        try:
            return cls._read(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _read(cls, path: Path, lock: CaseLock | None) -> CaseStore:
        # The snapshot first: a writer appends to the log before it saves, so the log read
        # afterwards always reaches at least as far as the snapshot.
        document, saved = read_snapshot(path)
        content = read_log(log_path(path))
        case = checked_case(path, document, saved, content)
        if lock is not None:
            mend_tail(log_path(path), content)
        size = content.size_bytes + (1 if content.unterminated and lock is not None else 0)
        return cls(
            path,
            _State(case, content.head, size, saved),
            lock,
            recovered=content.head.seq - saved.seq,
            torn_line=content.torn_line,
        )

    @classmethod
    def look(cls, path: Path) -> CaseStore:
        """Open a case of a later schema to look at what this version knows of it.

        Only the snapshot is read: entries of a later schema cannot be replayed here. Nothing can
        be written or saved elsewhere, since what is not known would be lost.

        Raises
        ------
        CaseNewer
            When its records hold what this version does not know, so that it would be misread.
        CaseMissing, CaseDamaged
            As :meth:`open`; :attr:`newer` is ``None`` where the schema is not later after all.
        """
        path = Path(path)
        document, saved, newer = read_newer(path)
        if newer is None:
            return cls._read(path, None)
        try:
            case = decoded_case(path, document)
        except CaseDamaged as error:
            raise newer from error
        content = read_log(log_path(path))
        if not 1 <= saved.seq <= len(content.entries) or (
            content.entries[saved.seq - 1].hash != saved.hash
        ):
            raise newer
        return cls(path, _State(case, content.head, content.size_bytes, saved), None, newer=newer)

    def close(self) -> None:
        """Give the lock back. Acts that were committed but not saved stay in the log."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- what it holds ---------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The case file."""
        return self._path

    @property
    def case(self) -> Case:
        """The case as last committed."""
        return self._state.case

    @property
    def head(self) -> LogHead:
        """The last entry of the log."""
        return self._state.head

    @property
    def read_only(self) -> bool:
        """True when nothing can be committed or saved."""
        return self._lock is None

    @property
    def newer(self) -> CaseNewer | None:
        """Why only a part of a case of a later schema is seen; ``None`` for any other."""
        return self._newer

    @property
    def recovered(self) -> int:
        """Number of acts that were found in the log beyond the snapshot on opening."""
        return self._recovered

    @property
    def torn_line(self) -> int | None:
        """Number of a half-written last line of the log that was dropped on opening."""
        return self._torn_line

    @property
    def unsaved(self) -> int:
        """Number of acts in the log that the snapshot does not hold yet."""
        return self._state.head.seq - self._state.saved.seq

    @property
    def files(self) -> Path:
        """``CASE.files/``, for the snippets of marks; made by whoever writes the first."""
        return files_folder(self._path)

    def media_path(self, source: Source) -> Path:
        """Where the recording lies now."""
        return media_path_of(self._path, source.path)

    # -- writing ---------------------------------------------------------------------------

    def commit(self, case: Case, act: str, by: str = "") -> None:
        """Make ``case`` the case: the difference stands in the log, on the disk, on return.

        Nothing is written when nothing changed.

        Raises
        ------
        EvidenceError
            When the case contradicts itself and could not be opened again.
        StorageError
            When the log cannot be written; the case held here is then the one before.
        CaseLocked
            When somebody else has written to the log.
        """
        self._must_write()
        state = self._state
        changes = changes_between(state.case, case)
        if not changes:
            self._state = replace(state, case=case)
            return
        problems = problems_of(case)
        if problems:
            raise EvidenceError(problems[0], hint="The act was not carried out.")
        entry = make_entry(
            state.head, at=now_utc(), by=by, act=act, changes=changes, engine=ENGINE_VERSION
        )
        line = line_of(entry)
        self._append(line, _State(case, entry.head, state.log_size + len(line), state.saved))

    def _append(self, line: bytes, after: _State) -> None:
        path = log_path(self._path)
        size = self._state.log_size
        try:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | BINARY, 0o666)
        except OSError as error:
            raise storage_error(path, error) from error
        try:
            if os.fstat(handle).st_size != size:
                raise CaseLocked(
                    f"{path.name} was written by another program since the case was opened.",
                    path=self._path,
                    hint="Close the case and open it again; this act was not carried out.",
                )
            try:
                write_all(handle, line)
                os.fsync(handle)
                if size == 0:
                    sync_folder(path.parent)
                self._state = after
            except BaseException as error:
                if self._state is not after:
                    # Not acknowledged, so it must not come back on the next opening.
                    with contextlib.suppress(OSError):
                        os.ftruncate(handle, size)
                if isinstance(error, OSError):
                    raise storage_error(path, error) from error
                raise
        finally:
            os.close(handle)

    def save(self) -> None:
        """Write the snapshot, so that opening need not replay the log.

        Raises
        ------
        StorageError
            When it cannot be written; the snapshot before it is then unchanged.
        """
        self._must_write()
        state = self._state
        write_atomically(self._path, snapshot_bytes(state.case, state.head))
        self._state = replace(state, saved=state.head)

    def save_as(self, path: Path, by: str = "") -> None:
        """Write the case, its log and its snippets at another place and go on there.

        The case at the old place stays as it is, with everything its log holds.

        Raises
        ------
        CaseExists, CaseLocked, StorageError
            When it cannot be written there; this store then stays where it is.
        """
        path = Path(path)
        if self._newer is not None:
            raise self._newer
        _refuse_existing(path, files_folder(path))
        lock = CaseLock.acquire(lock_path(path), path)
        try:
            _refuse_existing(path, files_folder(path))
            try:
                copy = self._copy_to(path, lock, by)
            except BaseException:
                _remove(path, log_path(path), files_folder(path))
                raise
        except BaseException:
            lock.release()
            raise
        self.close()
        self._path, self._state, self._lock = path, copy._state, lock

    def _copy_to(self, path: Path, lock: CaseLock, by: str) -> CaseStore:
        state = self._state
        try:
            data = log_path(self._path).read_bytes()[: state.log_size]
            if not data.endswith(b"\n"):
                data += b"\n"
            write_atomically(log_path(path), data)
            if self.files.is_dir():
                shutil.copytree(self.files, files_folder(path))
        except (OSError, shutil.Error) as error:
            raise storage_error(path, error) from error
        copy = CaseStore(path, replace(state, saved=NO_ENTRY, log_size=len(data)), lock)
        copy.commit(_moved(state.case, self._path, path), f"save as {path.name}", by)
        copy.save()
        return copy

    def _must_write(self) -> None:
        if self._newer is not None:
            raise self._newer
        if self._lock is None:
            raise CaseError(
                f"{self._path.name} is open for reading only.",
                path=self._path,
                hint="Open it for writing, or save it as another case.",
            )


# -- reading ------------------------------------------------------------------------------------


def load_case(path: Path) -> Case:
    """The case at ``path``, for reading, with everything its log holds.

    Raises
    ------
    CaseMissing, CaseDamaged, CaseNewer
        When it is not there or cannot be trusted.
    """
    return CaseStore.open(path, read_only=True).case


def recover_case(path: Path, out: Path) -> CaseStore:
    """Build the case anew at ``out`` from the log of ``path`` alone, for a damaged snapshot.

    Raises
    ------
    CaseDamaged
        When the log is damaged too.
    CaseExists, StorageError
        When ``out`` cannot be written.
    """
    path, out = Path(path), Path(out)
    content = read_log(log_path(path))
    if not content.entries:
        raise CaseDamaged(f"The log of {path.name} holds nothing.", path=log_path(path))
    case = decoded_case(path, replay(content.entries))
    state = _State(case, content.head, content.size_bytes, NO_ENTRY)
    store = CaseStore(path, state, None)
    store.save_as(out)
    return store


# -- small parts --------------------------------------------------------------------------------


def _moved(case: Case, old: Path, new: Path) -> Case:
    """The case with its media paths rewritten for another folder."""
    sources = tuple(
        replace(source, path=relative_media_path(new, media_path_of(old, source.path)))
        for source in case.sources
    )
    return replace(case, sources=sources)


def _refuse_existing(path: Path, *more: Path) -> None:
    for there in (path, log_path(path), *more):
        if there.exists():
            raise CaseExists(
                f"{there} is there already and is never overwritten.",
                path=there,
                hint="Choose another name, or move the old case away with its log.",
            )
    if not path.parent.is_dir():
        raise StorageError(
            f"There is no folder {path.parent} to write {path.name} in.",
            path=path,
            hint="Make the folder first, or choose another.",
        )


def _remove(*made: Path) -> None:
    """Take back what a failed act has made."""
    for path in made:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
