"""What a search found: how each candidate fits, its blind check, and what the analyst decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers import ties
from app.controllers.blind_check import BlindChecks
from app.controllers.recordings import Recordings
from app.document import Change, Document
from app.jobs import Jobs
from app.playhead import Playhead
from sync.case.acts import accept_candidate, reject_candidate, with_delay
from sync.case.case import Case
from sync.case.delays import RADIO_CHAIN_KEY, radio_chain
from sync.case.guards import same_evidence
from sync.case.innovation import innovation
from sync.case.matches import note_search, propose, stream_of_kind
from sync.case.segment_map import accept_segments
from sync.errors import TiepointError
from sync.evidence import Delay, Lag, takes_part
from sync.timebase import MediaTime, now_utc
from widgets.search_panel import SearchPanel

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchResult


class Candidates(QObject):
    """The candidates of the search that is shown.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, recordings: Recordings, jobs: Jobs, playhead: Playhead,
        panel: SearchPanel, window: QWidget, problem: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._playhead, self._panel = document, playhead, panel
        self._window, self._problem = window, problem
        self._found: tuple[tuple[str, str], SearchResult] | None = None
        self._checked: dict[Candidate, str] = {}
        self._blind = BlindChecks(
            document=document, recordings=recordings, jobs=jobs, panel=panel.blind,
            problem=problem, parent=self,
        )  # fmt: skip
        self._blind.done.connect(self._blind_done)
        panel.before_accept = self._before_accept
        panel.delays_of = self._delays_of
        panel.blind_wanted.connect(self.check_blind)
        panel.accepted.connect(self.accept)
        panel.map_accepted.connect(self.accept_map)
        panel.rejected.connect(self.reject)
        panel.undecided.connect(lambda _: self.said.emit("Left undecided: nothing was added."))
        document.case_changed.connect(self._case_changed)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The recordings whose candidates are shown."""
        return None if self._found is None else self._found[0]

    def show(self, pair: tuple[str, str], result: SearchResult) -> None:
        """The panel shows the result of this search of a pair."""
        self._found, self._checked = (pair, result), {}
        self._show_fit()

    def clear(self) -> None:
        """The panel shows no result."""
        self._found = None

    def _case_changed(self, change: Change) -> None:
        if change.kind in ("opened", "closed"):
            self.clear()
            self._blind.leave()
        elif self._found is not None and change.kind != "note":
            self._show_fit()

    def _show_fit(self) -> None:
        """How each shown candidate fits the case as it is without it."""
        shown = self._panel.candidates()
        texts = []
        for candidate in shown:
            try:
                lag = propose(*self._offered(candidate), **self._sides(candidate))
                fit = innovation(self._document.case, lag)
            except TiepointError as error:
                texts.append(f"Whether it fits the case cannot be said: {error.message}")
            else:
                texts.append("" if fit is None else fit.in_words)
        self._panel.findings.set_notes("fit", texts)

    def _offered(self, candidate: Candidate) -> tuple[Case, SearchResult, Candidate]:
        assert self._found is not None
        return self._document.case, self._found[1], candidate

    def _sides(self, candidate: Candidate) -> dict[str, Any]:
        """What a candidate of the shown result ties, evaluated at its own epoch."""
        assert self._found is not None
        (a, b), _ = self._found
        return {
            "source_a": a, "stream_a": stream_of_kind(candidate.kind_a),
            "source_b": b, "stream_b": stream_of_kind(candidate.kind_b),
            "at_b": self._epoch(b, candidate),
        }  # fmt: skip

    def _before_accept(self, candidate: Candidate) -> tuple[str, ...]:
        """What accepting would set aside, so that nothing is counted twice."""
        if self._found is None:
            return ()
        try:
            lag = propose(*self._offered(candidate), **self._sides(candidate))
            return tuple(one.line for one in same_evidence(self._document.case, lag, candidate))
        except TiepointError as error:
            return (error.message,)

    # -- deciding ----------------------------------------------------------------------------

    def _radio_chain(self) -> Delay:
        """The one of the case, else the usual one."""
        found = (one for one in self._document.case.of_kind(Delay) if one.key == RADIO_CHAIN_KEY)
        return next(found, radio_chain(by=self._document.author))

    def _delays_of(self, candidate: Candidate) -> Sequence[tuple[str, object]]:
        """What to choose from where one side is radio sound: which is late, and by what."""
        if self._found is None or "sound" not in (
            stream_of_kind(candidate.kind_a), stream_of_kind(candidate.kind_b)
        ):  # fmt: skip
            return ()
        case, (a, b) = self._document.case, self._found[0]
        radio = ties.radio_side(case, a, b)
        if radio is None and case.source(a).facts.picture is not None:
            return ()
        words = ties.delay_words(self._radio_chain())
        names = {"a": case.source(a).name, "b": case.source(b).name}
        sides = ("b", "a") if radio == "b" else ("a", "b")
        late: list[tuple[str, object]] = [(f"{names[s]} is late: {words}", s) for s in sides]
        neither: tuple[str, object] = ("neither is late: the same sound at the same place", None)
        # Of two recordings of sound alone one may be a microphone and one a radio: only the
        # person knows, and most are two of one channel.
        return [neither, *late] if radio is None else [*late, neither]

    def _with_chosen_delay(self, case: Case) -> tuple[Case, dict[str, Any]]:
        """The case with the radio chain where a side is late by it, and which side that is."""
        late = self._panel.decision.late
        if late is None:
            return case, {}
        return with_delay(case, self._radio_chain()), {f"delays_{late}": (RADIO_CHAIN_KEY,)}

    def accept(self, candidate: Candidate) -> None:
        """Add the match; the person has read what is added and confirmed."""
        if self._found is None:
            return
        case = self._document.case
        checks = self._before_accept(candidate)
        try:
            case, delays = self._with_chosen_delay(case)
            case, lag = accept_candidate(
                case, self._found[1], candidate, **self._sides(candidate), **delays,
                by=self._document.author, at=now_utc(), note=self._checked.get(candidate, ""),
            )  # fmt: skip
            names = [case.source(s).name for s in self._found[0]]
            self._document.act(case, f"accept the match {' ↔ '.join(names)}")
            self.said.emit(" ".join((f"{lag.id} was added: {' ↔ '.join(names)}.", *checks)))
        except TiepointError as error:
            self._problem(error)

    def accept_map(self) -> None:
        """Add every stretch that has a place, and the breaks between them, as one act."""
        if self._found is None:
            return
        (a, b), result = self._found
        case = self._document.case
        names = " ↔ ".join(case.source(one).name for one in (a, b))
        try:
            case, delays = self._with_chosen_delay(case)
            case, added = accept_segments(
                case, result, a, b, **delays, by=self._document.author, at=now_utc()
            )
            self._document.act(case, f"accept the segment map {names}")
        except TiepointError as error:
            self._problem(error)
            return
        said = f"{len(added.matches)} matches and {len(added.breaks)} breaks were added: {names}."
        checks = (one.line for one in added.checks)
        self.said.emit(" ".join((said, *checks, *added.left_out)))

    def reject(self, candidate: Candidate) -> None:
        """Keep the match as rejected, with a reason."""
        from app.dialogs.small import Reason

        if self._found is None:
            return
        reason = Reason.ask(self._window, "Reject this possible match", "Reject")
        if reason is None:
            return
        case = self._document.case
        try:
            case, _ = reject_candidate(
                *self._offered(candidate), **self._sides(candidate), reason=reason,
                by=self._document.author, at=now_utc(),
            )  # fmt: skip
            self._document.act(case, "reject a possible match")
            self.said.emit("Kept as rejected.")
        except TiepointError as error:
            self._problem(error)

    def _epoch(self, b: str, candidate: Candidate) -> MediaTime:
        source = self._document.case.source(b)
        at = MediaTime.from_s(float(candidate.epoch_s))
        return min(max(at, source.start), source.end)

    # -- blind check -------------------------------------------------------------------------

    def check_blind(self, candidate: Candidate) -> None:
        """Begin a blind check of a candidate nobody has accepted yet."""
        if self._found is None:
            return
        pair, _ = self._found
        case = self._document.case
        if any(
            takes_part(lag) and {lag.source_a, lag.source_b} == set(pair)
            for lag in case.of_kind(Lag)
        ):
            self.said.emit("A match of this pair is accepted: a blind check comes before that.")
            return
        self._playhead.pause()
        self._blind.begin(pair, candidate)

    def _blind_done(self, candidate: Candidate, words: str) -> None:
        if self._found is None:
            return
        pair, _ = self._found
        self._checked[candidate] = words
        shown = self._panel.candidates()
        self._panel.findings.set_notes("blind", [self._checked.get(one, "") for one in shown])
        case = self._document.case
        last = next(
            (r for r in reversed(case.searches) if {r.source_a, r.source_b} == set(pair)), None
        )
        if last is not None:
            names = " ↔ ".join(case.source(one).name for one in pair)
            text = f"{words}, at offset {candidate.offset_s:.3f} s"
            self._document.note(note_search(case, last.id, text), f"{names}: {text}")
        self.said.emit(f"{words}.")
