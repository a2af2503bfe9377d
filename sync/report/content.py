"""Everything a report says of a case, gathered as plain values before any page is made."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sync import ENGINE_VERSION
from sync.adjustment.findings import SEEDS
from sync.case.annotation import Annotation
from sync.case.calculate import placed_marks, prepare, refuse_stale
from sync.case.case import Case
from sync.case.log import LogContent, LogHead, read_log
from sync.case.paths import files_folder, log_path, media_path_of
from sync.report import crossing, evidence, figures, words
from sync.report import items as recordings
from sync.report.agreement import MatchFigure, match_figures
from sync.report.asked import Asked, ask_all, is_excluded, radio_delays, radio_found
from sync.report.history import viewings
from sync.report.sightings import Sightings
from sync.report.snippets import snippets
from sync.timebase import format_clock
from sync.timeline import Clip, build_timeline

if TYPE_CHECKING:
    from sync.cache import Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One annotation."""

    where: str
    text: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, whole."""

    title: str
    number: str
    examiner: str
    case_id: str
    made_at: str
    """UTC, ISO 8601."""
    stale: bool
    status: str
    """The state of the calculation in words."""
    datum: str
    calculated_at: str
    version: str
    made_by_version: str
    digest: str
    seeds: str
    command: str
    head: LogHead | None
    questions: tuple[Asked, ...]
    items: tuple[recordings.Item, ...]
    clocks: tuple[recordings.ClockLine, ...]
    events: tuple[evidence.EventPart, ...]
    others: tuple[evidence.Line, ...]
    delays: tuple[evidence.Line, ...]
    limits: tuple[evidence.LimitLine, ...]
    assumed_limits: int
    rows: tuple[evidence.RowLine, ...]
    agreement: str
    notes: tuple[str, ...]
    """Proposals of the search for mistakes, wrong rates, what was left out."""
    excluded: tuple[evidence.Line, ...]
    undecided: tuple[evidence.Line, ...]
    has_radio: bool
    radio_found: tuple[str, ...]
    """What the evidence says of the delay of a radio."""
    searches: tuple[evidence.SearchLine, ...]
    matches: tuple[MatchFigure, ...]
    remarks: tuple[Remark, ...]
    sheet: tuple[crossing.Subject, ...]
    timeline_svg: str
    residuals_svg: str

    @property
    def name(self) -> str:
        """What the case is called."""
        return " · ".join(part for part in (self.number, self.title) if part) or self.case_id

    @property
    def footer(self) -> str:
        """The case and the calculation, for the foot of every page."""
        at = self.calculated_at.replace("T", " ").removesuffix("+00:00").removesuffix("Z")
        return f"{self.name} · calculated {at} UTC · evidence {self.digest[:12]}"


def gather(
    case: Case,
    path: Path | None = None,
    *,
    states: Mapping[str, str] | None = None,
    allow_stale: bool = False,
    cache: Cache | None = None,
    made_at: str = "",
) -> Report:
    """Everything the report of ``case`` says.

    Parameters
    ----------
    path
        The case file: beside it lie its log and the pictures of its marks. ``None``: neither.
    states
        What is wrong with a recording's file now, by source id (nothing: it is the one that was
        added); ``None``: the files were not looked at. What marks saw and heard and nobody kept is
        read from those with nothing wrong.
    allow_stale
        Report although the evidence has changed since the calculation. Clocks and residuals are
        then those of that calculation, answers those of the evidence as it stands.
    cache
        Where the frame indexes of recordings are.
    made_at
        UTC, ISO 8601; now, unless given.

    Raises
    ------
    CaseStale
        When there is no calculation, or it is out of date.
    CaseDamaged
        When the log cannot be read.
    """
    stale = refuse_stale(case, allow_stale=allow_stale)
    solution = case.solution
    assert solution is not None
    ready = prepare(case)
    log = None if path is None or not log_path(path).exists() else read_log(log_path(path))
    files = {} if path is None or states is None else {
        source.id: media_path_of(path, source.path)
        for source in case.sources if source.id not in states
    }  # fmt: skip
    folder = None if path is None else files_folder(path)
    with Sightings(files, cache) as sightings, ThreadPoolExecutor(1) as aside:
        seen = aside.submit(snippets, case, folder, sightings)  # decodes while answers are counted
        questions = ask_all(case, ready, viewings(case, None if log is None else log.entries))
        placed = {} if stale else {one.mark.id: one for one in placed_marks(case)}
        kept = seen.result()
        matches = match_figures(case, sightings, cache)
    datum = next((clock.name for clock in case.clocks if clock.id == solution.datum), "")
    return Report(
        title=case.title,
        number=case.number,
        examiner=case.examiner,
        case_id=case.id,
        made_at=made_at or datetime.now(UTC).isoformat(timespec="seconds"),
        stale=stale,
        status=solution.message,
        datum=datum or "no reference clock",
        calculated_at=solution.calculated_at,
        version=solution.engine_version,
        made_by_version=ENGINE_VERSION,
        digest=solution.inputs_digest,
        seeds=", ".join(map(str, SEEDS)),
        command=f"tiepoint verify {_quoted(path.name)}" if path is not None else "",
        head=_head(log),
        questions=questions,
        items=recordings.items(case, states or {}),
        clocks=recordings.clocks(case),
        events=evidence.events(case, placed, kept),
        others=evidence.others(case),
        delays=evidence.delays(case),
        limits=evidence.limits(case),
        assumed_limits=evidence.assumed_limits(case),
        rows=evidence.rows(case, ready),
        agreement=_agreement(case),
        notes=(
            *(proposal.in_words for proposal in solution.proposals),
            *(guess.in_words for guess in solution.rate_hypotheses),
            *solution.problems,
        ),
        excluded=tuple(evidence.line(case, item) for item in case.evidence if is_excluded(item)),
        undecided=tuple(
            evidence.line(case, item)
            for item in case.evidence
            if item.provenance.status == "proposed"
        ),
        has_radio=bool(radio_delays(case)),
        radio_found=radio_found(case, ready),
        searches=evidence.searches(case),
        matches=matches,
        remarks=tuple(_remark(case, one) for one in case.annotations),
        sheet=crossing.sheet(case, states),
        timeline_svg=_timeline(case, questions, datum, stale=stale),
        residuals_svg=figures.residuals(evidence.residual_rows(case, ready)),
    )


def _head(log: LogContent | None) -> LogHead | None:
    return None if log is None else log.head


def _quoted(name: str) -> str:
    """A file name as it is typed in a shell."""
    plain = all(c.isalnum() or c in "-_." for c in name)
    return name if plain else "'" + name.replace("'", "'\\''") + "'"


def _agreement(case: Case) -> str:
    """The global test in words."""
    solution = case.solution
    assert solution is not None
    if not solution.dof:
        return "No observation is redundant: nothing checks the evidence as a whole."
    said = f"{solution.dof} redundant observations, chi² {solution.chi2:.1f}"
    if solution.p_global is not None:
        often = words.probability(solution.p_global)
        said += (
            f"; with true evidence and true uncertainties so large a value has probability {often}"
        )
    if solution.birge > 1:
        said += (
            f". The observations scatter {solution.birge:.2f} times as much as stated: where that "
            "reaches a clock, its range is wider for it, or withheld"
        )
    return f"{said}."


def _remark(case: Case, one: Annotation) -> Remark:
    at = words.interval(one.start, one.end if one.end is not None else one.start)
    where = f"{next((s.name for s in case.sources if s.id == one.source), '')}, {at}"
    if one.displayed is not None:
        clock = next((c.name for c in case.clocks if c.id == one.clock), one.clock or "")
        ends = [format_clock(end) for end in (one.displayed, one.displayed_end) if end is not None]
        where = f"{' to '.join(ends)} by {clock}"
    made = one.provenance
    return Remark(
        where=f"{where} [{one.layer}]" if one.layer else where,
        text=one.text,
        author=" · ".join(part for part in (made.by, made.at) if part),
    )


# -- the timeline ---------------------------------------------------------------------------------


def _timeline(case: Case, questions: tuple[Asked, ...], datum: str, *, stale: bool) -> str:
    names = {source.id: source.name for source in case.sources}
    lanes = []
    for track in build_timeline(case, stale=stale).tracks:
        bars = tuple(bar for clip in track.clips if (bar := _bar(clip)) is not None)
        disagrees = any(clip.status == "conflict" for clip in track.clips)
        note = "the evidence disagrees: no time is stated" if disagrees else "no link: not placed"
        lanes.append(figures.Lane(name=names[track.source], bars=bars, note=note))
    instants = []
    for number, asked in enumerate(questions, start=1):
        answer = asked.answer
        if answer is None or "disagrees" in answer.flags:
            continue
        for name, at, U_s in (
            (answer.a, answer.reference_a, answer.U95_a_s),
            (answer.b, answer.reference_b, answer.U95_b_s),
        ):
            if at is not None and U_s is not None:
                label = f"{number}: {name}"
                instants.append(figures.Instant(label=label, at_s=at.s, half_s=U_s))
    return figures.timeline(lanes, instants[:8], f"by {datum}")


def _bar(clip: Clip) -> figures.Bar | None:
    """``None`` where no time is stated: nothing is drawn that would look like one."""
    if clip.start is None or clip.end is None or clip.status == "conflict":
        return None
    return figures.Bar(
        start_s=clip.start.s,
        end_s=clip.end.s,
        half_start_s=None if clip.half_start is None else clip.half_start.s,
        half_end_s=None if clip.half_end is None else clip.half_end.s,
        linked=clip.model is not None,
    )
