"""``export --format video`` and ``bundle`` on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sync.report import review_video
from tests.app.cli.conftest import Run
from tests.support.painted_case import Painted, painted_case


@pytest.fixture(autouse=True)
def _small(qapp: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(review_video, "SLATE_S", 0.1)
    monkeypatch.setenv("TIEPOINT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def painted(tmp_path: Path) -> Painted:
    return painted_case(tmp_path, ("12.5", "25"))


def test_a_film_is_written(run: Run, painted: Painted, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    words = ("export", painted.path, "--format", "video", "--out", out, "--size", "960x540")
    ran = run(*words, "--panes", "25", "--layout", "inset", "--range", "0.2..0.9", "--json")
    assert ran.status == 0, ran.err
    assert ran.json["files"] == [str(out)] and out.stat().st_size > 10_000
    assert ran.json["pictures_a_second"] == 25 and ran.json["pictures"] == 18 + 2
    (part,) = ran.json["parts"]
    assert (part["from_s"], part["to_s"]) == (0.2, 0.9)


def test_what_cannot_be_filmed_is_one_line(run: Run, painted: Painted, tmp_path: Path) -> None:
    words = ("export", painted.path, "--format", "video", "--out")
    for more, status, said in (
        ((tmp_path / "a.mov",), 2, ".mp4"),
        ((tmp_path / "a.mp4", "--size", "big"), 2, "1920x1080"),
        ((tmp_path / "a.mp4", "--on", "25"), 2, "--on"),
        ((tmp_path / "a.mp4", "--size", "64x64"), 1, "64 × 64"),
        ((tmp_path / "a.mp4", "--panes", "nobody"), 1, "nobody"),
        ((tmp_path / "a.mp4", "--range", "900..910"), 1, "footage"),
        ((painted.media[painted.case.sources[0].id],), 2, "never written"),
        ((tmp_path / "no" / "a.mp4",), 1, "no such folder"),
    ):
        ran = run(*words, *more)
        assert ran.status == status, (more, ran.err)
        assert said in ran.err and len(ran.err.strip().splitlines()) <= 2, ran.err
    assert not list(tmp_path.glob("a.*"))


def test_a_bundle_is_written_and_verified(run: Run, painted: Painted, tmp_path: Path) -> None:
    out = tmp_path / "bag"
    ran = run("bundle", painted.path, "--out", out, "--by", "A. Analyst", "--json")
    assert ran.status == 0, ran.err
    assert "data/report/report.pdf" in ran.json["files"]
    assert (out / "data" / "report" / "report.pdf").read_bytes().startswith(b"%PDF")
    again = run("verify", out / "data" / "case" / painted.path.name, "--json")
    assert again.status == 0 and again.json["ok"]
    moved = out.rename(tmp_path / "handed over")
    whole = run("verify", moved, "--json")
    assert whole.status == 0, whole.err
    assert [check["name"] for check in whole.json["checks"]][:2] == ["bundle", "case and log"]
    out.mkdir()
    twice = run("bundle", painted.path, "--out", out)
    assert twice.status == 1 and "never overwritten" in twice.err


def test_a_bundle_in_which_one_byte_is_another_fails_and_names_the_file(
    run: Run, painted: Painted, tmp_path: Path
) -> None:
    out = tmp_path / "bag"
    assert run("bundle", painted.path, "--out", out).status == 0
    (radio,) = (out / "data" / "recordings").glob("radio*")
    for path in (out / "data" / "report" / "report.html", radio, out / "bag-info.txt",
                 out / "data" / "case" / f"{painted.path.name}.log"):  # fmt: skip
        whole = path.read_bytes()
        path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
        ran = run("verify", out)
        assert ran.status == 1
        assert f"bundle {path.relative_to(out).as_posix()}" in ran.out
        path.write_bytes(whole)
    (out / "data" / "planted.txt").write_text("x")
    (out / "data" / "viewer" / "index.html").unlink()
    reasons = run("verify", out, "--json").json["reasons"]
    assert len(reasons) == 2
    assert "planted.txt: is in the bundle and not in its manifest" in reasons[0]
    assert "viewer/index.html: is missing" in reasons[1]


def test_a_zip_is_to_be_unpacked_before_it_is_checked(
    run: Run, painted: Painted, tmp_path: Path
) -> None:
    out = tmp_path / "bag.zip"
    assert run("bundle", painted.path, "--out", out, "--no-recordings").status == 0
    ran = run("verify", out)
    assert ran.status == 2 and "Unpack it" in ran.err and "Traceback" not in ran.err


def test_a_bundle_without_recordings_holds_and_says_what_was_not_compared(
    run: Run, painted: Painted, tmp_path: Path
) -> None:
    out = tmp_path / "bag"
    assert run("bundle", painted.path, "--out", out, "--no-recordings").status == 0
    (tmp_path / "far" / "away" / "from").mkdir(parents=True)
    moved = out.rename(tmp_path / "far" / "away" / "from" / "here")
    ran = run("verify", moved, "--json")
    assert ran.status == 0, ran.err
    (said,) = (check for check in ran.json["checks"] if check["name"] == "recordings")
    assert said["ok"] is None, "nothing was compared, so nothing holds"
    assert "not compared" in said["detail"]
    assert "radio" in said["detail"]
    out_words = run("verify", moved).out
    assert "not compared  recordings" in out_words
    assert "1 could not be made" in out_words
    assert "All" not in out_words
    shutil.rmtree(moved / "data" / "report")
    assert run("verify", moved).status == 1


def test_what_is_of_a_film_is_refused_where_none_is_made(
    run: Run, painted: Painted, tmp_path: Path
) -> None:
    for words in (
        ("export", painted.path, "--format", "csv", "--out", tmp_path / "a.csv", "--panes", "25"),
        ("export", painted.path, "--format", "edl", "--out", tmp_path / "a.edl", "--range", "0..1"),
        ("bundle", painted.path, "--out", tmp_path / "a", "--size", "960x540"),
    ):
        ran = run(*words)
        assert ran.status == 2 and "of a video alone" in ran.err
        assert len(ran.err.strip().splitlines()) <= 2, ran.err
    assert not list(tmp_path.glob("a*"))


def test_what_cannot_be_handed_over_or_written_is_one_line(
    run: Run, painted: Painted, tmp_path: Path
) -> None:
    """A full disk, a folder where a file is wanted, a file where a folder is, no such folder."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    full = Path("/dev/full")
    targets = [tmp_path / "folder", tmp_path / "file" / "a", tmp_path / "none" / "a"]
    if full.exists():
        targets.append(full)
    for kind in ("csv", "otio", "srt", "textgrid"):
        for out in targets:
            ran = run("export", painted.path, "--format", kind, "--out", out)
            assert ran.status in (1, 2), (kind, out)
            assert len(ran.err.strip().splitlines()) <= 2 and "Traceback" not in ran.err, ran.err
    assert (tmp_path / "file").read_text() == "kept" and not list((tmp_path / "folder").iterdir())
