"""A case to hand over: itself, its log, report, exports, recordings and a page to look at it.

A BagIt folder or zip: whoever receives it checks every byte by its manifest, and the case in it by
``tiepoint verify``.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sync import ENGINE_VERSION
from sync.cache import Cache
from sync.case.calculate import refuse_stale
from sync.case.case import Case, Source
from sync.case.paths import SUFFIX, lock_path, media_path_of
from sync.case.recordings import check_recordings
from sync.case.relink import relinked
from sync.case.storage import storage_error
from sync.case.store import CaseStore
from sync.errors import CaseExists, FormatError, MediaChanged, StorageError
from sync.interchange.export import FORMATS, Request, export, write_all
from sync.media.hashing import missing, unreadable
from sync.progress import SILENT, Progress
from sync.report.bagit import PAYLOAD, pack, seal
from sync.report.content import Report, gather
from sync.report.html import html_of
from sync.report.review_plan import ReviewRequest, plan_review
from sync.report.review_video import Reviewed, write_review
from sync.report.viewer import viewer_of
from sync.report.whole import whole_file, whole_folder

EXPORTS = ("csv", "json", "vtt", "srt", "audacity", "textgrid")
"""Those that name no recording by its place, which is another wherever the bundle lies."""
_BLOCK = 1 << 20

Printer = Callable[[Report, str], bytes]
"""The pages (PDF) of a report and its HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """What goes in besides case, log, report and exports."""

    recordings: bool = True
    """Working copies of all recordings."""
    review: ReviewRequest | None = None
    """The review video to make."""
    allow_stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A bundle that was written."""

    path: Path
    files: tuple[str, ...]
    """From its folder, forward slashes."""
    remarks: tuple[str, ...]
    """What could not be exported."""


@dataclass(slots=True)
class _Filling:
    """A bundle while it is filled."""

    folder: Path
    known: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def place(self, *names: str) -> Path:
        """A path in the payload; its folder is made."""
        path = self.folder.joinpath(PAYLOAD, *names)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def make_bundle(
    case_path: Path,
    out: Path,
    request: BundleRequest,
    *,
    by: str = "",
    printer: Printer | None = None,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> Bundled:
    """Write a bundle: a folder, or one file where ``out`` ends in ``.zip``.

    Parameters
    ----------
    printer
        Makes the report's pages; without it there is the web page alone.

    Raises
    ------
    CaseStale
        When the case is not calculated, or out of date and that is not allowed.
    CaseExists
        When there is something at ``out``.
    MediaError
        When a recording that is to be copied or filmed is missing or has changed.
    StorageError
        When it cannot be written; nothing is left then.
    Cancelled
        Through ``progress``; nothing is left then.
    """
    if out.exists():
        raise CaseExists(f"{out} is there already and is never overwritten.", path=out,
                         hint="Choose another name.")  # fmt: skip
    if not out.parent.is_dir():
        raise StorageError(f"There is no folder {out.parent} to write in.", path=out,
                           hint="Make the folder first, or choose another.")  # fmt: skip
    with CaseStore.open(case_path, read_only=True) as store:
        case = store.case
    refuse_stale(case, allow_stale=request.allow_stale)
    if request.review is not None:
        plan_review(case, request.review)  # refused now, not after everything was copied
    made = _Making(case_path, case, request, by, printer, cache)
    if out.suffix.lower() != ".zip":
        with whole_folder(out) as folder:
            filled = made.fill(folder, progress)
        return _bundled(out, out, filled)
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".bundle-") as name:
            folder = Path(name) / "bag"
            folder.mkdir()
            filled = made.fill(folder, progress.part(0.0, 0.9))
            with whole_file(out) as packed:
                pack(folder, out.stem, packed, progress=progress.part(0.9, 1.0, "packing"))
            return _bundled(out, folder, filled)
    except OSError as error:
        raise storage_error(out, error) from error


def _bundled(out: Path, folder: Path, filled: _Filling) -> Bundled:
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return Bundled(path=out, files=tuple(files), remarks=tuple(filled.remarks))


@dataclass(frozen=True, slots=True)
class _Making:
    case_path: Path
    case: Case
    request: BundleRequest
    by: str
    printer: Printer | None
    cache: Cache | None

    def fill(self, folder: Path, progress: Progress) -> _Filling:
        """Everything into ``folder``, sealed."""
        filling = _Filling(folder)
        media = {s.id: media_path_of(self.case_path, s.path) for s in self.case.sources}
        copied: dict[str, Path] = {}
        if self.request.recordings:
            copied = self._copies(filling, media, progress.part(0.0, 0.2))
        self._case(filling, copied)
        report = self._report(filling, copied, progress.part(0.2, 0.35, "writing the report"))
        self._exports(filling, media)
        film: Reviewed | None = None
        if self.request.review is not None:
            film = write_review(
                self.case, media, filling.place("video", "review.mp4"), self.request.review,
                cache=self.cache, progress=progress.part(0.35, 0.95),
            )  # fmt: skip
        page = viewer_of(self.case, report, film, pages=self.printer is not None)
        filling.place("viewer", "index.html").write_text(page, encoding="utf-8")
        seal(folder, self._info(), filling.known, progress=progress.part(0.95, 1.0, "checksums"))
        progress.report(1.0)
        return filling

    def _copies(
        self, filling: _Filling, media: Mapping[str, Path], progress: Progress
    ) -> dict[str, Path]:
        copied: dict[str, Path] = {}
        taken: set[str] = set()
        for number, source in enumerate(self.case.sources):
            part = progress.part(
                number / len(self.case.sources), (number + 1) / len(self.case.sources),
                f"copying {source.name}",
            )  # fmt: skip
            name = media[source.id].name
            while name.casefold() in taken:
                name = f"{source.id}-{name}"
            taken.add(name.casefold())
            path = filling.place("recordings", name)
            _copy(source, media[source.id], path, part)
            filling.known[path.relative_to(filling.folder).as_posix()] = source.facts.sha256
            copied[source.id] = path
        return copied

    def _case(self, filling: _Filling, copied: Mapping[str, Path]) -> None:
        name = self.case_path.name
        path = filling.place("case", name if name.endswith(SUFFIX) else name + SUFFIX)
        with CaseStore.open(self.case_path, read_only=True) as store:
            store.save_as(path, self.by)
            if copied:
                case = relinked(store.case, copied, path)
                store.commit(case, "hand over: recordings are the copies in this bundle", self.by)
                store.save()
        lock_path(path).unlink(missing_ok=True)

    def _report(self, filling: _Filling, copied: Mapping[str, Path], progress: Progress) -> Report:
        states: dict[str, str] = {}
        if not copied:  # a copy was compared while it was made
            found = check_recordings(self.case, self.case_path, progress=progress.part(0.0, 0.6))
            states = {state.source: state.detail for state in found if state.state != "ok"}
        report = gather(
            self.case, self.case_path, states=states, allow_stale=self.request.allow_stale,
            cache=self.cache,
        )  # fmt: skip
        html = html_of(report)
        filling.place("report", "report.html").write_text(html, encoding="utf-8")
        if self.printer is not None:
            progress.report(0.7)
            filling.place("report", "report.pdf").write_bytes(self.printer(report, html))
        return report

    def _exports(self, filling: _Filling, media: Mapping[str, Path]) -> None:
        request = Request(case=self.case, media=media, allow_stale=self.request.allow_stale)
        for kind in EXPORTS:
            known = FORMATS[kind]
            try:
                written = export(kind, request)
            except FormatError as error:
                filling.remarks.append(f"{known.name}: {error.message}")
                continue
            name = "labels.txt" if kind == "audacity" else f"timeline{known.suffix}"
            write_all(filling.place("exports", name), written)

    def _info(self) -> dict[str, str]:
        title = " · ".join(part for part in (self.case.number, self.case.title) if part)
        solution = self.case.solution
        return {
            "Bagging-Date": datetime.now(UTC).date().isoformat(),
            "Bag-Software-Agent": f"Tiepoint {ENGINE_VERSION}",
            "Contact-Name": self.case.examiner,
            "External-Identifier": self.case.id,
            "External-Description": f"Case {title}".strip(),
            "Calculation-Evidence-SHA-256": "" if solution is None else solution.inputs_digest,
        }


def _copy(source: Source, path: Path, out: Path, progress: Progress) -> None:
    """A copy to the byte; compared with what was added while it is made."""
    digest, done = hashlib.sha256(), 0
    total = max(1, source.facts.size_bytes)
    with contextlib.ExitStack() as opened:
        try:
            read = opened.enter_context(path.open("rb"))
        except FileNotFoundError as error:
            raise missing(path) from error
        except OSError as error:
            raise unreadable(path, error) from error
        written = opened.enter_context(out.open("xb"))
        while block := read.read(_BLOCK):
            digest.update(block)
            written.write(block)
            done += len(block)
            progress.report(min(1.0, done / total))
    if digest.hexdigest() != source.facts.sha256:
        raise MediaChanged(
            f"{path.name} is not the file that was added: its SHA-256 differs, so it is not "
            "handed over as that recording.",
            path=path,
            hint="Bring the original back, or hand over without copies of the recordings.",
        )
