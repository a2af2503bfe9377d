"""The lock file of a case: one process writes at a time, and everybody can see who."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.case.codec import CodecError, canonical_json, read_json
from sync.case.storage import storage_error
from sync.errors import CaseLocked
from sync.timebase import now_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOwner:
    """Who holds a lock."""

    pid: int
    started: str
    """When that process began, as the system counts it: a number reused later is not the owner."""
    host: str
    user: str
    at: str
    token: str

    @property
    def gone(self) -> bool:
        """True when the owner ran on this machine and no longer does."""
        if self.host != socket.gethostname():
            return False
        return not _is_alive(self.pid) or self.started != _started(self.pid)


class CaseLock:
    """A held lock; :meth:`release` gives it back."""

    def __init__(self, path: Path, owner: LockOwner) -> None:
        self._path = path
        self._owner = owner

    @classmethod
    def acquire(cls, path: Path, case_path: Path) -> CaseLock:
        """Take the lock, also from an owner that is gone.

        Raises
        ------
        CaseLocked
            When a live process, or one on another machine, holds it.
        StorageError
            When the lock file cannot be written.
        """
        for _ in range(3):
            owner = _myself()
            if _create(path, owner):
                return cls(path, owner)
            held = _read(path)
            if held is None and not path.exists():
                continue  # given back between our two looks
            if held is not None and not held.gone:
                raise _locked(case_path, held)
            _clear_away(path, held)
        raise CaseLocked(
            f"{case_path.name} is being opened by another process at this moment.",
            path=case_path,
            hint="Try again.",
        )

    @property
    def held(self) -> bool:
        """True while the file still names this holder."""
        owner = _read(self._path)
        return owner is not None and owner.token == self._owner.token

    def release(self) -> None:
        """Give the lock back; a lock that somebody else has taken is left alone."""
        if self.held:
            with contextlib.suppress(OSError):
                self._path.unlink()


def _myself() -> LockOwner:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # no account entry, as in some containers
        user = ""
    return LockOwner(
        pid=os.getpid(),
        started=_started(os.getpid()),
        host=socket.gethostname(),
        user=user,
        at=now_utc(),
        token=secrets.token_hex(8),
    )


def _create(path: Path, owner: LockOwner) -> bool:
    """Write the lock file unless there is one; it never exists without its content."""
    data = canonical_json({name: getattr(owner, name) for name in LockOwner.__slots__}) + b"\n"
    draft = path.with_name(f"{path.name}.{owner.token}")
    try:
        draft.write_bytes(data)
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links (FAT, some network shares)
            with path.open("xb") as file:
                file.write(data)
    except FileExistsError:
        return False
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def _read(path: Path) -> LockOwner | None:
    """The owner written in the file; ``None`` when there is no file or it names nobody."""
    try:
        plain: Any = read_json(path.read_bytes())
        return LockOwner(**{**plain, "pid": int(plain["pid"])})
    except (OSError, CodecError, TypeError, KeyError, ValueError):
        return None


def _clear_away(path: Path, seen: LockOwner | None) -> None:
    """Remove a lock nobody holds any more.

    It is renamed first: if another process has meanwhile put its own lock there, that one is
    what we moved, and it is put back.
    """
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(path, error) from error
    if _read(aside) == seen:
        aside.unlink(missing_ok=True)
    else:
        with contextlib.suppress(OSError):
            os.rename(aside, path)


def _locked(case_path: Path, owner: LockOwner) -> CaseLocked:
    here = owner.host == socket.gethostname()
    where = "this process" if here and owner.pid == os.getpid() else f"process {owner.pid}"
    who = f"{owner.user or 'somebody'} on {owner.host} ({where}, since {owner.at})"
    hint = (
        "Close it there, or open it for reading only."
        if here
        else "Close it there, or open it for reading only. If that computer is switched off, "
        f"delete {case_path.name}.lock and open the case again."
    )
    return CaseLocked(f"{case_path.name} is open for writing by {who}.", path=case_path, hint=hint)


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    if sys.platform == "win32":  # os.kill would send Ctrl+C there
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # there, but somebody else's
    return True


def _started(pid: int) -> str:
    """Boot id and start tick of a process where the system tells them (Linux), else empty."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The name of the program stands in brackets and may hold spaces: count from the last one.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # A zombie has ended; it only waits for its parent to notice.
        return "ended" if fields[0] == "Z" else f"{boot}:{fields[19]}"
    except (OSError, IndexError):
        return ""
