"""``tiepoint report``: one HTML or PDF file, refused when out of date, the case untouched."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from sync.case.calculate import ask
from sync.case.store import load_case
from tests.app.cli.conftest import Run, snapshot
from tests.support.made_media import HEIGHT_PX, WIDTH_PX, read_number

SVG = "{http://www.w3.org/2000/svg}"
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
"""In figures only: the text itself has none (see below)."""
XHTML = "{http://www.w3.org/1999/xhtml}"

needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not installed"
)


@pytest.fixture(autouse=True)
def _one_application(qapp: object) -> None:
    """The one of all tests: a verb that prints makes its own, and a process has only one."""


@pytest.fixture
def asked(run: Run, anchored: Path) -> Path:
    """A calculated case with a question that is answered and one that is not."""
    for a, b, words in (
        ("event:door", "event:gate", "Was the door before the gate?"),
        ("event:door", "event:shout", "Was the door before the shout?"),
    ):
        assert run("order", anchored, a, b, "--question", words).status == 0
    assert run("solve", anchored).status == 0
    return anchored


def squeezed(text: str) -> str:
    """Text without white space, which pages break anywhere, and without joined letters."""
    for joined, letters in LIGATURES.items():
        text = text.replace(joined, letters)
    return re.sub(r"\s+", "", text)


def pdf_text(file: Path) -> list[str]:
    """Of every page."""
    done = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    return [squeezed(page) for page in done.stdout.split("\f") if page.strip()]


def test_html(run: Run, asked: Path, tmp_path: Path) -> None:
    before = snapshot(asked)
    out = tmp_path / "report.html"
    ran = run("report", asked, "--out", out, "--json")
    assert ran.status == 0
    assert ran.json == {"files": [str(out)], "stale": False, "changed_recordings": []}
    assert "Was the door before the gate?" in out.read_text(encoding="utf-8")
    assert snapshot(asked) == before


@needs_pdftotext
def test_every_heading_and_answer_is_in_the_pdf(run: Run, asked: Path, tmp_path: Path) -> None:
    html, out = tmp_path / "report.html", tmp_path / "report.pdf"
    assert run("report", asked, "--out", html).status == 0
    assert run("report", asked, "--out", out).status == 0
    pages = pdf_text(out)
    # Footers stand between what one page begins and the next goes on with.
    said = "".join(re.sub(r"Hall·calculated.*?page\d+of\d+$", "", page) for page in pages)
    written = html.read_text(encoding="utf-8")
    headings = re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", written)
    assert len(headings) > 20
    for heading in headings:
        assert squeezed(heading) in said, heading
    case = load_case(asked)
    for question in case.questions:
        assert squeezed(ask(case, question.a, question.b).in_words) in said
    assert squeezed("between the dashed lines: agrees") in said or "<svg" in written


@needs_pdftotext
def test_every_page_has_its_number_and_the_case(run: Run, asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    run("report", asked, "--out", out)
    pages = pdf_text(out)
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"page{number}of{len(pages)}" in page
        assert "Hall" in page


@needs_pdftotext
def test_out_of_date_is_refused_or_on_every_page(run: Run, asked: Path, tmp_path: Path) -> None:
    assert run("mark", asked, "--event", "more", "--source", "cam", "--at", "2±0.1").status == 0
    out = tmp_path / "report.pdf"
    ran = run("report", asked, "--out", out)
    assert ran.status == 1 and not out.exists()
    assert "out of date" in ran.err and "Calculate again" in ran.err
    assert run("report", asked, "--out", out, "--allow-stale").status == 0
    assert [n for n, page in enumerate(pdf_text(out)) if "OUTOFDATE" not in page] == []


def test_a_case_never_calculated(run: Run, case: Path, tmp_path: Path) -> None:
    ran = run("report", case, "--out", tmp_path / "report.html")
    assert ran.status == 1 and "Calculate it first" in ran.err


def test_a_missing_recording_is_warned_of_and_in_the_report(
    run: Run, asked: Path, media: Path, tmp_path: Path
) -> None:
    (media / "yard.mp4").unlink()
    out = tmp_path / "report.html"
    ran = run("report", asked, "--out", out, "--json")
    assert ran.status == 0 and ran.json["changed_recordings"] == ["yard"]
    assert "yard" in ran.err
    assert "What was observed in it before is used as it stands" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report.doc", "neither"),
        ("hall.tiepoint", "the case itself"),
        ("no/folder/r.html", "no such folder"),
    ],
)
def test_what_cannot_be_written(
    run: Run, asked: Path, tmp_path: Path, name: str, words: str
) -> None:
    before = snapshot(asked)
    ran = run("report", asked, "--out", tmp_path / name)
    assert ran.status in (1, 2) and words in ran.err
    assert snapshot(asked) == before


def test_the_case_by_another_name_is_not_overwritten(
    run: Run, asked: Path, tmp_path: Path
) -> None:  # fmt: skip
    before = snapshot(asked)
    link = tmp_path / "r.html"
    link.hardlink_to(asked)
    ran = run("report", asked, "--out", link)
    assert ran.status == 2 and "the case itself" in ran.err
    assert snapshot(asked) == before


@needs_pdftotext
def test_every_word_of_the_page_is_in_the_pdf(run: Run, asked: Path, tmp_path: Path) -> None:
    from app.print_pdf import pdf_bytes

    html, out = tmp_path / "report.html", tmp_path / "report.pdf"
    assert run("report", asked, "--out", html).status == 0
    written = html.read_text(encoding="utf-8")
    out.write_bytes(pdf_bytes(written, footer="THEFOOT"))
    # In the order it was drawn, cell by cell.
    done = subprocess.run(["pdftotext", "-raw", out, "-"], capture_output=True, text=True,
                          check=True)  # fmt: skip
    said = re.sub(r"THEFOOTpage\d+of\d+", "", squeezed(done.stdout))
    body = ElementTree.fromstring(written.partition("\n")[2]).find(f"{XHTML}body")
    assert body is not None
    texts = [squeezed(text) for text in _shown(body) if text.strip()]
    assert len(texts) > 300
    assert "Finding" in done.stdout, "a search finds it: no letters are joined"
    assert [text for text in texts if text not in said] == []
    long = [text for text in texts if len(text) > 200]
    assert long and all(said.count(text) == texts.count(text) for text in long)


def _shown(element: ElementTree.Element) -> Iterator[str]:
    if not element.tag.endswith("}title"):
        yield element.text or ""
        for child in element:
            yield from _shown(child)
            yield child.tail or ""


def test_marks_are_shown_as_the_recordings_have_them(
    run: Run, asked: Path, media: Path, tmp_path: Path
) -> None:
    """Frames 25 and 26 of cam, which begin at 1.00 and 1.04 s, and the radio at 12 s."""
    out = tmp_path / "report.html"
    assert run("report", asked, "--out", out).status == 0
    root = ElementTree.fromstring(out.read_text(encoding="utf-8").partition("\n")[2])
    numbers = {}
    for image in root.iter(f"{XHTML}img"):
        data = base64.b64decode(image.get("src", "").partition(",")[2])
        with Image.open(io.BytesIO(data)) as small:
            assert small.size == (240, 144)
            grey = np.asarray(small.convert("L").resize((WIDTH_PX, HEIGHT_PX)))
        numbers[image.get("alt", "")] = read_number(grey)
    assert numbers["not yet; frame 25, reduced"] == 25
    assert numbers["happened; frame 26, reduced"] == 26
    titles = [svg.findtext(f"{SVG}title") for svg in root.iter(f"{SVG}svg")]
    assert titles.count("The sound about the mark") == 1
    for name in ("cam.mp4", "yard.mp4", "radio.wav"):
        (media / name).write_bytes(b"another file")
    assert run("report", asked, "--out", out).status == 0
    assert "<img" not in out.read_text(encoding="utf-8"), "not of a file that is another one"
