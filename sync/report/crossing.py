"""The cross-examination sheet: what will be asked, what the case holds, and blanks for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.adjustment.words import counted
from sync.case.case import KEPT_AS_WORDS, Case, Source
from sync.evidence import Delay, Mark, Reading, takes_part
from sync.report.asked import is_excluded
from sync.report.words import DECISIONS, extent


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that will be asked; ``answer`` is empty where the case does not hold it."""

    asked: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Facts about one thing."""

    name: str
    facts: tuple[Fact, ...]
    recording: bool = False
    """Of every recording the same is asked: they stand side by side."""


def sheet(case: Case, states: Mapping[str, str] | None) -> tuple[Subject, ...]:
    """The case, every recording, the marks, the delays and the exclusions.

    ``states`` says what is wrong with a recording now; ``None``: the files were not looked at.
    """
    return (
        _case(case),
        *(_recording(case, source, states) for source in case.sources),
        _marks(case),
        *_delays(case),
        *_excluded(case),
        _program(case),
    )


def _case(case: Case) -> Subject:
    return Subject(
        name="The examination",
        facts=(
            Fact(asked="Case number", answer=case.number),
            Fact(asked="Examiner", answer=case.examiner),
            Fact(asked="Qualifications and training of the examiner"),
            Fact(asked="Instructed by, on, and with which question",
                 answer="; ".join(question.words for question in case.questions) or case.question),
            Fact(asked="What the examiner was told about the expected answer"),
            Fact(asked="Date on which the reference clock's day zero falls"),
            Fact(asked="Who else examined it independently, and what they found"),
        ),
    )  # fmt: skip


def _recording(case: Case, source: Source, states: Mapping[str, str] | None) -> Subject:
    facts = source.facts
    recoded = any(note.code == "re-encoded" for note in facts.health)
    health = [note for note in facts.health if note.code != "re-encoded"]
    read = [item for item in case.of_kind(Reading) if item.source == source.id and takes_part(item)]
    same = ""
    if states is not None:
        same = states.get(source.id) or "yes, by size and SHA-256"
    unbroken = ""
    if source.breaks:
        unbroken = f"no: {counted(len(source.breaks), 'break')}"
    return Subject(
        name=source.name,
        recording=True,
        facts=(
            Fact(asked="Item number", answer=source.item),
            Fact(asked="Received from, when, how", answer=source.received),
            Fact(asked="Make and model of the recorder", answer=source.device),
            Fact(asked="Native file or re-encoded copy", answer=_kept_as(source, recoded)),
            Fact(asked="Is it still the file that was added?", answer=same),
            Fact(asked="Clock read or checked when it was seized",
                 answer=f"{counted(len(read), 'clock reading')} in this case" if read else ""),
            Fact(asked="Is its time unbroken?", answer=unbroken),
            Fact(asked="Peculiarities of its timing",
                 answer=f"{counted(len(health), 'note')}, listed with the recording"
                 if health else "none found by the program"),
        ),
    )  # fmt: skip


def _kept_as(source: Source, recoded: bool) -> str:
    """What was stated of it, beside what its own marks say."""
    stated = KEPT_AS_WORDS[source.kept_as]
    parts = [f"stated as {stated}"] if stated else []
    parts += ["re-encoded copy, by its own marks"] if recoded else []
    if recoded and source.kept_as == "native":
        return "; but ".join(parts)
    return "; ".join(parts)


def _marks(case: Case) -> Subject:
    marks = [mark for mark in case.of_kind(Mark) if takes_part(mark)]
    makers = sorted({mark.provenance.by for mark in marks if mark.provenance.by})
    undefined = sorted(
        event.name for event in case.events
        if not event.definition and any(mark.event == event.id for mark in marks)
    )  # fmt: skip
    bare = [
        mark.id for mark in marks if mark.stream == "sound" and not mark.delays
    ]  # fmt: skip
    return Subject(
        name="The marks",
        facts=(
            Fact(asked="Made by", answer=", ".join(makers)),
            Fact(asked="Repeated by a second person, and how far apart they were"),
            Fact(asked="Were the answers covered while marking?"),
            Fact(asked="Events without a written definition",
                 answer=", ".join(undefined) or "none"),
            Fact(asked="Marks in sound without a stated delay",
                 answer=", ".join(bare) or "none"),
        ),
    )  # fmt: skip


def _delays(case: Case) -> tuple[Subject, ...]:
    facts = tuple(
        Fact(asked=f"On what ground is “{delay.name}” {extent(delay)}?",
             answer=delay.provenance.note)
        for delay in case.of_kind(Delay) if not is_excluded(delay)
    )  # fmt: skip
    return (Subject(name="The stated delays", facts=facts),) if facts else ()


def _excluded(case: Case) -> tuple[Subject, ...]:
    facts = tuple(
        Fact(asked=f"Why was {item.id} {DECISIONS[item.provenance.status]}?",
             answer=item.provenance.reason)
        for item in case.evidence if is_excluded(item)
    )  # fmt: skip
    return (Subject(name="What was excluded", facts=facts),) if facts else ()


def _program(case: Case) -> Subject:
    assert case.solution is not None
    return Subject(
        name="The program",
        facts=(
            Fact(asked="Version", answer=f"Tiepoint {case.solution.engine_version}"),
            Fact(asked="Validation of this version on this kind of material"),
            Fact(asked="Calculated again by somebody else, on another machine"),
        ),
    )
