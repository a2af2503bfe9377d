"""The open case: one immutable value, its journal, and undo.

Every act stands in the log on the disk before it is shown. Undo and redo are acts too, so the log
only grows. What must never be taken back (searches made, answers seen) survives an undo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from sync.case.calculate import is_stale
from sync.case.case import Case
from sync.case.store import CaseStore
from sync.errors import CaseError

Kind = Literal["opened", "act", "undo", "redo", "note", "closed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to the case, for those who show it."""

    kind: Kind
    act: str
    before: Case
    after: Case


class ReplaceCase(QUndoCommand):
    """One act: the case before and after. The document carries it out; Qt keeps the order."""

    def __init__(self, before: Case, after: Case, act: str, key: int) -> None:
        super().__init__(act)
        self.before = before
        self.after = after
        self._key = key

    def id(self) -> int:
        """Acts with the same key merge; -1 never does."""
        return self._key

    def mergeWith(self, other: QUndoCommand) -> bool:
        """One step for a drag; none at all when it came back to where it began."""
        if not isinstance(other, ReplaceCase) or other.id() != self._key:
            return False
        self.after = other.after
        self.setText(other.text())
        if same_evidence(self.before, self.after):
            self.setObsolete(True)
        return True


class Document(QObject):
    """Holds the case and its store; the only place that changes either.

    Signals
    -------
    case_changed(object)
        A :class:`Change`.
    status_changed()
        Saved, unsaved, path or right to write.
    """

    case_changed = Signal(object)
    status_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: CaseStore | None = None
        self._empty = Case(id="")
        self._keys: dict[str, int] = {}
        self.signs: Callable[[], str] = lambda: ""
        """Name of the person who sits here; empty where nobody gave one."""
        self.stack = QUndoStack(self)

    # -- what it holds -----------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The case as it is now; an empty one while none is open."""
        return self._empty if self._store is None else self._store.case

    @property
    def store(self) -> CaseStore | None:
        """Where it is kept."""
        return self._store

    @property
    def is_open(self) -> bool:
        """True while a case is open."""
        return self._store is not None

    @property
    def path(self) -> Path | None:
        """The case file."""
        return None if self._store is None else self._store.path

    @property
    def read_only(self) -> bool:
        """True when nothing can be changed."""
        return self._store is not None and self._store.read_only

    @property
    def unsaved(self) -> bool:
        """True when the log holds acts that the snapshot does not."""
        return self._store is not None and self._store.unsaved > 0

    @property
    def stale(self) -> bool:
        """True when the solution is older than the evidence."""
        return is_stale(self.case)

    # -- opening and closing -----------------------------------------------------------------

    def create(self, path: Path, case: Case, by: str = "") -> None:
        """Write a new case and hold it open."""
        store = CaseStore.create(path, case, by)
        self.take(store)

    def open(self, path: Path, *, read_only: bool = False) -> None:
        """Open a case; the one that was open is kept when this one cannot be."""
        if self._store is not None and self._store.path == path:
            # Its own lock would refuse it.
            self._store.close()
            self._store = None
        self.take(CaseStore.open(path, read_only=read_only))

    def take(self, store: CaseStore) -> None:
        """Hold a store that was opened elsewhere; the case before it is closed."""
        before = self.case
        if self._store is not None:
            self._store.close()
        self._store = store
        self.stack.clear()
        self._keys.clear()
        self.case_changed.emit(Change("opened", "open the case", before, store.case))
        self.status_changed.emit()

    def close(self) -> None:
        """Give the case back; what was done stays in its log."""
        if self._store is None:
            return
        before = self.case
        self._store.close()
        self._store = None
        self.stack.clear()
        self.case_changed.emit(Change("closed", "close the case", before, self._empty))
        self.status_changed.emit()

    def save(self) -> None:
        """Write the snapshot."""
        self._must().save()
        self.status_changed.emit()

    def save_as(self, path: Path) -> None:
        """Go on at another place; the case at the old one stays as it is."""
        store = self._must()
        before = self.case
        store.save_as(path, self._by())
        # Paths of recordings are relative to the case, so they may read differently now.
        self.case_changed.emit(Change("note", "save as", before, store.case))
        self.status_changed.emit()

    # -- changing ----------------------------------------------------------------------------

    def act(self, case: Case, act: str, *, merge: str | None = None) -> None:
        """Make ``case`` the case, as one step that can be undone.

        Parameters
        ----------
        merge
            Acts in a row with the same key are one step.
        """
        before = self.case
        if case == before:
            return
        self._must().commit(case, act, self._by())
        key = -1 if merge is None else self._keys.setdefault(merge, len(self._keys) + 1)
        self.stack.push(ReplaceCase(before, case, act, key))
        self._say("act", act, before)

    def note(self, case: Case, act: str) -> None:
        """Make ``case`` the case without a step to undo: a calculation, a search, a viewing."""
        before = self.case
        if case == before:
            return
        self._must().commit(case, act, self._by())
        self._say("note", act, before)

    @property
    def can_undo(self) -> bool:
        """True when there is a step back."""
        return self.stack.canUndo() and not self.read_only

    @property
    def can_redo(self) -> bool:
        """True when there is a step forward."""
        return self.stack.canRedo() and not self.read_only

    def undo(self) -> None:
        """One step back; logged like any act."""
        if not self.can_undo:
            return
        step = self.stack.command(self.stack.index() - 1)
        assert isinstance(step, ReplaceCase)
        self._step(step.before, f"undo: {step.text()}")
        self.stack.undo()
        self.case_changed.emit(Change("undo", step.text(), step.after, self.case))
        self.status_changed.emit()

    def redo(self) -> None:
        """One step forward again."""
        if not self.can_redo:
            return
        step = self.stack.command(self.stack.index())
        assert isinstance(step, ReplaceCase)
        self._step(step.after, f"redo: {step.text()}")
        self.stack.redo()
        self.case_changed.emit(Change("redo", step.text(), step.before, self.case))
        self.status_changed.emit()

    def _step(self, wanted: Case, act: str) -> None:
        now = self.case
        # Searches that were made and answers that were seen are not taken back.
        target = replace(wanted, searches=now.searches, viewings=now.viewings)
        if is_stale(target) or target.solution is None:
            target = replace(target, solution=now.solution)
        self._must().commit(target, act, self._by())

    def _say(self, kind: Kind, act: str, before: Case) -> None:
        self.case_changed.emit(Change(kind, act, before, self.case))
        self.status_changed.emit()

    def _must(self) -> CaseStore:
        if self._store is None:
            raise CaseError("No case is open.", hint="Make a new case or open one.")
        return self._store

    @property
    def author(self) -> str:
        """Who signs acts and evidence: the person who sits here, else the case's examiner."""
        return self.signs() or self.case.examiner

    def _by(self) -> str:
        return self.author


def same_evidence(a: Case, b: Case) -> bool:
    """True when nothing but calculations, searches and viewings differs."""
    return replace(a, solution=None, searches=(), viewings=()) == replace(
        b, solution=None, searches=(), viewings=()
    )
