"""The hand-over bundle: a bag that proves itself, a case in it that holds, a page that plays."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from sync.case.calculate import calculate
from sync.case.case import Question
from sync.case.store import CaseStore, load_case
from sync.case.verify import verify
from sync.errors import Cancelled, CaseExists, CaseStale, MediaChanged, MediaMissing, StorageError
from sync.evidence import Mark, Place
from sync.progress import CancelToken, Progress
from sync.report import review_video
from sync.report.bundle import BundleRequest, make_bundle
from sync.report.review_plan import usual_request
from tests.support.browser import Page, browser
from tests.support.painted_case import Painted, painted_case


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    """A saved case with a question, and a name that no page may take for its own code."""
    made = painted_case(tmp_path_factory.mktemp("painted"), ("25",))
    with CaseStore.open(made.path) as store:
        first, last = (mark.id for mark in store.case.of_kind(Mark))
        case = replace(store.case, title="</script><b>", number="7", examiner="A. Analyst")
        case = case.with_question(
            Question(id="q", words="<i>Which?", a=Place(mark=first), b=Place(mark=last))
        )
        store.commit(calculate(case), "ask", "A. Analyst")
        store.save()
        return replace(made, case=store.case)


@pytest.fixture(scope="module")
def bag(painted: Painted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With copies, pages and a film."""
    out = tmp_path_factory.mktemp("out") / "bag"
    patched = pytest.MonkeyPatch()
    patched.setattr(review_video, "SLATE_S", 0.2)
    film = replace(usual_request(painted.case), width=960, height=540)
    make_bundle(
        painted.path, out, BundleRequest(review=film), by="A. Analyst",
        printer=lambda report, html: b"%PDF " + report.name.encode(), cache=painted.cache,
    )  # fmt: skip
    patched.undo()
    return out


def sums(path: Path) -> dict[str, str]:
    """A manifest as its reader takes it: SHA-256 by path."""
    lines = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    return {unquote(name): digest for digest, name in lines}


def of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_bag_proves_every_byte(bag: Path) -> None:
    assert (bag / "bagit.txt").read_text() == (
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    )
    payload = {p.relative_to(bag).as_posix() for p in (bag / "data").rglob("*") if p.is_file()}
    manifest = sums(bag / "manifest-sha256.txt")
    assert manifest.keys() == payload
    for name, digest in manifest.items():
        assert of_file(bag / name) == digest, name
    tags = sums(bag / "tagmanifest-sha256.txt")
    assert tags.keys() == {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"}
    for name, digest in tags.items():
        assert of_file(bag / name) == digest, name
    info = dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text().splitlines())
    sizes = [(bag / name).stat().st_size for name in payload]
    assert info["Payload-Oxum"] == f"{sum(sizes)}.{len(sizes)}"
    assert info["Contact-Name"] == "A. Analyst"
    assert {"data/report/report.html", "data/report/report.pdf", "data/viewer/index.html",
            "data/video/review.mp4", "data/exports/timeline.csv",
            "data/recordings/radio.wav"} <= payload  # fmt: skip


def test_the_case_in_it_holds_wherever_it_is_moved(
    bag: Path, painted: Painted, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    for path in (p for p in bag.rglob("*") if p.is_file()):
        copy = moved / path.relative_to(bag)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    checks = verify(moved / "data" / "case" / painted.path.name)
    assert [check.name for check in checks if not check.ok] == []
    assert len(checks) == 2 + len(painted.case.sources)
    inside = load_case(moved / "data" / "case" / painted.path.name)
    assert inside.solution == painted.case.solution
    assert all(source.path.startswith("../recordings/") for source in inside.sources)
    assert not (moved / "data" / "case" / f"{painted.path.name}.lock").exists()


def test_the_case_it_was_made_of_is_untouched(bag: Path, painted: Painted) -> None:
    assert load_case(painted.path) == painted.case


def test_the_page_needs_nothing_from_elsewhere(bag: Path) -> None:
    page = (bag / "data" / "viewer" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)
    assert sorted(links) == ["../report/report.html", "../report/report.pdf",
                             "../video/review.mp4"]  # fmt: skip
    assert "http" not in page.replace("http-equiv", "")
    assert "</script><b>" not in page and "<i>Which?" not in page


def test_the_page_plays_in_a_browser_from_the_file_system(bag: Path, tmp_path: Path) -> None:
    program = browser()
    if program is None:
        pytest.skip("no Chromium or Chrome is installed")
    with Page(program, tmp_path) as page:
        page.open(bag / "data" / "viewer" / "index.html")
        page.wait_for("document.querySelector('video').readyState >= 3")
        seconds = page.run(
            "(() => { const row = document.querySelectorAll('tr[data-at]:not(.out)');"
            " row[row.length - 1].click();"
            " return document.querySelector('video').currentTime; })()"
        )
        assert seconds > 0.2  # behind the slate
        page.wait_for("!document.querySelector('video').seeking")
        page.run("document.querySelector('video').play().then(() => 1)")
        page.wait_for(f"document.querySelector('video').currentTime > {seconds + 0.05}")
        assert page.run("document.querySelectorAll('tr.now').length") == 1
        assert page.errors == []
        assert all(address.startswith(("file:", "data:")) for address in page.requested)


def test_a_zip_unpacks_into_the_same(painted: Painted, tmp_path: Path) -> None:
    out = tmp_path / "hand over.zip"
    made = make_bundle(painted.path, out, BundleRequest(recordings=False), cache=painted.cache)
    with zipfile.ZipFile(out) as packed:
        assert packed.testzip() is None
        names = {name.removeprefix("hand over/") for name in packed.namelist()}
        packed.extractall(tmp_path / "x")
    assert names == set(made.files)
    root = tmp_path / "x" / "hand over"
    assert all(of_file(root / name) == d for name, d in sums(root / "manifest-sha256.txt").items())
    assert not (root / "data" / "recordings").exists()
    assert not list(tmp_path.glob(".*"))


def test_two_recordings_of_one_name_are_both_there(painted: Painted, tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    made = painted_case(tmp_path, ("25",))
    with CaseStore.open(made.path) as store:
        case = store.case
        for folder, source in zip(folders, case.sources, strict=True):
            folder.mkdir()
            (folder / "REC.mp4").write_bytes(made.media[source.id].read_bytes())
            case = case.with_source(replace(source, path=f"{folder.name}/REC.mp4"))
        store.commit(case, "moved", "A.")
        store.save()
    make_bundle(made.path, tmp_path / "bag", BundleRequest(), cache=made.cache)
    assert len(list((tmp_path / "bag" / "data" / "recordings").iterdir())) == 2
    checks = verify(tmp_path / "bag" / "data" / "case" / made.path.name)
    assert all(check.ok for check in checks)


def test_cancelling_leaves_nothing(painted: Painted, tmp_path: Path) -> None:
    for name in ("bag", "bag.zip"):
        token = CancelToken()

        def stop(fraction: float, _: str, token: CancelToken = token) -> None:
            if fraction > 0.15:
                token.cancel()

        with pytest.raises(Cancelled):
            make_bundle(painted.path, tmp_path / name, BundleRequest(), cache=painted.cache,
                        progress=Progress(stop, token))  # fmt: skip
        assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_handed_over_is_refused(tmp_path: Path) -> None:
    made = painted_case(tmp_path, ("25",))
    out, first = tmp_path / "bag", made.media[made.case.sources[0].id]
    out.mkdir()
    with pytest.raises(CaseExists):
        make_bundle(made.path, out, BundleRequest())
    out.rmdir()
    with pytest.raises(StorageError, match="no folder"):
        make_bundle(made.path, tmp_path / "no" / "bag", BundleRequest())
    data = first.read_bytes()
    first.write_bytes(data[:-1] + b"\0")
    with pytest.raises(MediaChanged):
        make_bundle(made.path, out, BundleRequest())
    first.unlink()
    with pytest.raises(MediaMissing):
        make_bundle(made.path, out, BundleRequest())
    with CaseStore.open(made.path) as store:
        store.commit(store.case.with_solution(None), "forget", "A.")
    with pytest.raises(CaseStale):
        make_bundle(made.path, out, BundleRequest(recordings=False))
    assert not out.exists() and not list(tmp_path.glob(".bag*"))
