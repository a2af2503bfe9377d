"""Adding, changing and removing annotations; they are remarks, so they may also be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sync.case.annotation import Annotation
from sync.case.case import Case
from sync.case.places import check_inside, clock_named
from sync.errors import EvidenceError
from sync.timebase import MediaTime, ReferenceTime

MOST_TEXT = 10_000
"""Characters of one annotation: a page of a transcript, not a book that every reader must load."""


def add_annotations(
    case: Case, annotations: Iterable[Annotation]
) -> tuple[Case, tuple[Annotation, ...]]:
    """The case with annotations added; each gets an id of its own, whatever id it came with.

    Raises
    ------
    EvidenceError
        When one has no words, lies on nothing or on two things, ends before it starts, or lies
        outside its recording. Then none is added.
    """
    number = _highest(case)
    made = []
    for annotation in annotations:
        number += 1
        made.append(_checked(case, replace(annotation, id=f"annotation-{number}")))
    return replace(case, annotations=(*case.annotations, *made)), tuple(made)


def change_annotation(case: Case, annotation: Annotation) -> Case:
    """The case with the annotation of that id replaced.

    Raises
    ------
    EvidenceError
        When there is none, or as :func:`add_annotations`.
    """
    _known(case, annotation.id)
    changed = _checked(case, annotation)
    return replace(
        case,
        annotations=tuple(
            changed if item.id == changed.id else item for item in case.annotations
        ),
    )  # fmt: skip


def remove_annotation(case: Case, annotation_id: str) -> Case:
    """The case without one annotation; the log keeps it.

    Raises
    ------
    EvidenceError
        When there is none.
    """
    _known(case, annotation_id)
    kept = tuple(item for item in case.annotations if item.id != annotation_id)
    return replace(case, annotations=kept)


def _known(case: Case, annotation_id: str) -> None:
    if all(item.id != annotation_id for item in case.annotations):
        raise EvidenceError(
            f"There is no annotation {annotation_id!r} in this case.", row=annotation_id
        )


def _highest(case: Case) -> int:
    """Largest number an annotation of the case has; 0 where there is none."""
    numbers = (item.id.rpartition("-")[2] for item in case.annotations)
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _checked(case: Case, annotation: Annotation) -> Annotation:
    """The annotation with its source and clock by id, once it makes sense."""
    text = annotation.text.strip()
    if not text:
        raise EvidenceError("An annotation needs words.", row=annotation.id)
    if len(text) > MOST_TEXT:
        raise EvidenceError(
            f"An annotation of {len(text):,} characters is too long (at most {MOST_TEXT:,}).",
            row=annotation.id,
        )
    if (annotation.source is None) == (annotation.clock is None):
        raise EvidenceError(
            "An annotation lies on a recording's time or on a clock's, one of them.",
            row=annotation.id,
        )
    if annotation.source is not None:
        source = case.source(annotation.source)
        if annotation.start is None:
            raise EvidenceError("An annotation needs a start.", row=annotation.id)
        _refuse_backward(annotation.start, annotation.end, annotation)
        check_inside(source, annotation.start, annotation.end)
        return replace(annotation, text=text, source=source.id)
    if annotation.displayed is None:
        raise EvidenceError("An annotation needs a start.", row=annotation.id)
    _refuse_backward(annotation.displayed, annotation.displayed_end, annotation)
    name = str(annotation.clock)
    clock = clock_named(case, name) or case.clock(name)
    return replace(annotation, text=text, clock=clock.id)


def _refuse_backward(
    start: MediaTime | ReferenceTime, end: MediaTime | ReferenceTime | None, annotation: Annotation
) -> None:
    if end is not None and end.ns < start.ns:
        raise EvidenceError(
            f"The annotation {annotation.text[:40]!r} ends before it starts.", row=annotation.id
        )
