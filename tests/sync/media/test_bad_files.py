"""Every kind of bad file ends in one typed sentence or a stated note, within bounds."""

from __future__ import annotations

import resource
import struct
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sync.cache import Cache
from sync.errors import (
    MediaChanged,
    MediaDamaged,
    MediaEmpty,
    MediaEncrypted,
    MediaError,
    MediaMissing,
    MediaNotRecognised,
    MediaTooLarge,
)
from sync.media.frame_times import settle_times
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from sync.media.limits import MOST_PIXELS, ByteBudget, bound_allocations
from sync.media.opening import open_media
from sync.media.sound import SoundReader
from sync.media.sound_av import _place
from tests.support.made_media import painted, read_number, write_clip

Clip = Callable[[str], Path]
_MS = Fraction(1, 1000)


def notes(path: Path) -> dict[str, str]:
    return {note.code: note.detail for note in inspect(path, cache=None).facts.health}


def altered(path: Path, source: Path, change: Callable[[bytearray], None]) -> Path:
    data = bytearray(source.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def refused(path: Path, kind: type[MediaError]) -> str:
    for verify in (True, False):
        with pytest.raises(kind) as caught:
            inspect(path, cache=None, verify=verify)
        assert type(caught.value) is kind
        assert caught.value.hint
        assert "\n" not in str(caught.value)
    return str(caught.value)


# -- what arrives on a desk ---------------------------------------------------------------------


def test_truncated(clip: Clip) -> None:
    assert "ends too early" in notes(clip("cut.ts"))["truncated"]


def test_corrupt(clip: Clip) -> None:
    assert "decoded with errors" in notes(clip("damaged.mp4"))["damaged"]


def test_zero_byte(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    assert "0 bytes" in refused(path, MediaEmpty)


def test_wrong_extension(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "film.mkv", clip("cfr.mp4"), lambda data: None)
    assert "read by its contents" in notes(path)["mislabelled"]


def test_missing_moov(clip: Clip, tmp_path: Path) -> None:
    def cut(data: bytearray) -> None:
        del data[data.find(b"moov") - 4 :]

    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), cut)
    assert "cut short or damaged" in refused(path, MediaDamaged)


def test_no_presentation_times(clip: Clip) -> None:
    assert "no times at all" in notes(clip("raw.h264"))["missing-pts"]


def test_a_web_page_named_mp3(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    path.write_text("<!DOCTYPE html><html><title>Sign in</title></html>")
    assert "web page" in refused(path, MediaNotRecognised)


def _locked(*codings: bytes) -> Callable[[bytearray], None]:
    names = {b"avc1": b"encv", b"mp4a": b"enca"}

    def lock(data: bytearray) -> None:
        for coding in codings:
            at = data.find(coding, data.find(b"moov"))
            data[at : at + 4] = names[coding]

    return lock


def test_encrypted(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), _locked(b"avc1"))
    assert "its pictures cannot be decoded without the key" in refused(path, MediaEncrypted)
    path = altered(tmp_path / "b.mp4", clip("sound.mp4"), _locked(b"avc1", b"mp4a"))
    assert "its pictures and sound cannot" in refused(path, MediaEncrypted)


def test_encrypted_pictures_leave_the_sound(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("sound.mp4"), _locked(b"avc1"))
    found = inspect(path, cache=None)
    assert found.index is None
    assert found.facts.sound is not None
    assert notes(path)["encrypted"].startswith("Encrypted: pictures.")
    assert "no-picture" not in notes(path)


def test_encrypted_sound_leaves_the_pictures(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("sound.mp4"), _locked(b"mp4a"))
    found = inspect(path, cache=None)
    assert found.index is not None
    assert found.facts.sound is None
    assert notes(path)["encrypted"].startswith("Encrypted: sound.")


# -- bounds -------------------------------------------------------------------------------------


def _claiming(width: int, height: int) -> Callable[[bytearray], None]:
    """An AVI of JPEG pictures whose head, and every picture's own, claim this size."""

    def claim(data: bytearray) -> None:
        struct.pack_into("<ii", data, data.find(b"strf") + 12, width, height)
        at = 0
        while (at := data.find(b"\xff\xc0\x00\x11\x08", at)) >= 0:
            struct.pack_into(">HH", data, at + 5, height, width)
            at += 5

    return claim


@pytest.fixture(scope="module")
def pictures_of_jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("jpeg") / "a.avi", range(4), codec="mjpeg")


def test_pictures_larger_than_any_camera_s(pictures_of_jpeg: Path, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.avi", pictures_of_jpeg, _claiming(12_000, 9_000))
    assert "12000 × 9000 pixels" in refused(path, MediaTooLarge)
    assert 7680 * 4320 < MOST_PIXELS < 12_000 * 9_000


def test_pictures_larger_than_a_decoder_counts(pictures_of_jpeg: Path, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.avi", pictures_of_jpeg, _claiming(65_500, 65_500))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MediaEmpty, match="not one picture"):
        inspect(path, cache=None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def _claiming_samples(count: int, size: int) -> Callable[[bytearray], None]:
    """MP4 tables that name ``count`` samples of ``size`` bytes."""

    def claim(data: bytearray) -> None:
        struct.pack_into(">II", data, data.find(b"stsz") + 8, size, count)
        struct.pack_into(">III", data, data.find(b"stts") + 8, 1, count, 512)
        chunks = data.find(b"stsc")
        (runs,) = struct.unpack_from(">I", data, chunks + 8)
        for run in range(runs):
            struct.pack_into(">I", data, chunks + 16 + 12 * run, count)

    return claim


@pytest.mark.skipif(not bound_allocations(), reason="FFmpeg's library is not found by name here")
def test_tables_that_claim_80_million_samples(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), _claiming_samples(80_000_000, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(MediaError):
        inspect(path, cache=None)
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000


def test_more_bytes_than_the_file_holds(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_media(clip("cfr.mp4")) as container:
        budget = ByteBudget(container)
        assert not any(budget.spent(container.size) for _ in range(16))
        assert budget.spent(container.size + (1 << 16))
    monkeypatch.setattr(ByteBudget, "spent", lambda self, size: True)
    with pytest.raises(MediaEmpty):
        inspect(clip("cfr.mp4"), cache=None)


def test_tables_that_point_to_the_same_bytes(clip: Clip, tmp_path: Path) -> None:
    def repeat(data: bytearray) -> None:
        at = data.find(b"stco") + 8
        (count,) = struct.unpack_from(">I", data, at)
        (first,) = struct.unpack_from(">I", data, at + 4)
        for chunk in range(count):
            struct.pack_into(">I", data, at + 4 + 4 * chunk, first)

    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), repeat)
    found = inspect(path, cache=None)
    assert found.index is not None
    assert len(found.index) <= 160


def test_a_time_beyond_reckoning_is_filled_and_said() -> None:
    pts = np.array([0, 40, 1 << 61, 120, 160], np.int64)
    found = settle_times(pts=pts, dts=pts.copy(), time_base=_MS, nominal_rate=Fraction(25))
    assert found.time_ns.tolist() == [0, 40_000_000, 80_000_000, 120_000_000, 160_000_000]
    assert [note.code for note in found.notes] == ["missing-pts"]


def test_holes_do_not_add_up_to_endless_silence() -> None:
    day_ms = 20 * 3_600_000
    rows = [(k, 1024, k * day_ms) for k in range(50)]
    _, samples, said = _place(rows, 0, _MS, 48_000)
    assert samples <= (1 << 32) + 50 * 1024
    assert {note.code for note in said} == {"gap", "discontinuity"}


@pytest.fixture
def parted(tmp_path: Path) -> Callable[[int, int], Path]:
    """``parted(rate_hz, channels)``: 2 s of ADTS sound at 16 kHz mono, then 1 s of this kind."""

    def make(rate_hz: int, channels: int) -> Path:
        pieces = []
        for number, (seconds, hz, wide) in enumerate(((2, 16_000, 1), (1, rate_hz, channels))):
            tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(seconds * hz) / hz)
            piece = tmp_path / f"{number}.aac"
            with av.open(str(piece), "w") as out:
                stream = out.add_stream("aac", rate=hz)
                stream.layout = "mono" if wide == 1 else "stereo"
                block = av.AudioFrame.from_ndarray(
                    np.tile(tone.astype(np.float32), (wide, 1)),
                    format="fltp",
                    layout=stream.layout.name,
                )
                block.sample_rate, block.pts = hz, 0
                out.mux(stream.encode(block))
                out.mux(stream.encode(None))
            pieces.append(piece.read_bytes())
        path = tmp_path / "joined.aac"
        path.write_bytes(b"".join(pieces))
        return path

    return make


def test_sound_that_changes_its_rate(parted: Callable[[int, int], Path]) -> None:
    with SoundReader(parted(32_000, 1)) as reader:
        assert reader.sample_rate_hz == 16_000
        (note,) = (note for note in reader.notes if note.code == "damaged")
        assert "claim another rate than 16000" in note.detail
        assert len(reader.read(0, reader.samples)) == reader.samples


def test_sound_that_changes_its_channels(parted: Callable[[int, int], Path]) -> None:
    with SoundReader(parted(16_000, 2)) as reader:
        assert reader.channels == 1
        assert "channels-vary" in [note.code for note in reader.notes]
        late = reader.read(int(2.5 * 16_000), 4000)
        assert 0.2 < float(np.abs(late).max()) < 0.5


# -- while it is open ---------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["zeros", "other", "short"])
def test_a_file_that_changes_while_open(what: str, clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), lambda data: None)
    index = inspect(path, cache=None).index
    assert index is not None
    whole = path.read_bytes()
    with FrameReader(path, index) as reader:
        assert reader.frame(3).exact
        with path.open("r+b") as stream:
            if what == "short":
                stream.truncate(len(whole) // 3)
            else:
                stream.write(bytes(len(whole)) if what == "zeros" else whole[::-1])
        refusals = 0
        for i in (150, 90, 40, 159):
            try:
                frame = reader.frame(i)
            except (MediaChanged, MediaDamaged):
                refusals += 1
            else:  # read before the change
                assert frame.exact
                assert read_number(frame.bgr()) == i
        assert refusals


def test_a_file_that_is_another_one_now(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), lambda data: None)
    index = inspect(path, cache=None).index
    assert index is not None
    with FrameReader(path, index) as reader:
        assert reader.frame(3).exact
        path.unlink()
        write_clip(path, range(500, 660), gop=40)
        reader._source.close()
        reader._source._open()
        with pytest.raises(MediaChanged, match="while it was open"):
            reader.frame(150)


def test_a_file_that_vanishes_while_open(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.mp4", clip("cfr.mp4"), lambda data: None)
    index = inspect(path, cache=None).index
    assert index is not None
    with FrameReader(path, index) as reader:
        assert reader.frame(3).exact
        path.unlink()
        for i in (150, 20):
            try:
                frame = reader.frame(i)
            except MediaMissing:
                continue
            assert frame.exact  # the system keeps what is open
            assert read_number(frame.bgr()) == i
    with pytest.raises(MediaMissing):
        FrameReader(path, index)


def test_sound_that_vanishes(clip: Clip, tmp_path: Path) -> None:
    path = altered(tmp_path / "a.m4a", clip("clicks.m4a"), lambda data: None)
    with SoundReader(path) as reader:
        path.unlink()
        with pytest.raises(MediaMissing):
            reader.read(0, 100)


# -- the cache ----------------------------------------------------------------------------------


def test_a_full_disk_for_the_cache(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sync.media.row_file.os.write", full)
    monkeypatch.setattr(np, "savez", full)
    found = inspect(clip("cfr.mp4"), cache=Cache(tmp_path / "cache"))
    assert found.index is not None
    assert found.index.state == "verified"
    assert "No space left" in str(found.problem)
    with FrameReader(clip("cfr.mp4"), found.index) as reader:
        assert read_number(reader.frame(77).bgr()) == read_number(painted(77))


def test_a_coding_whose_name_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    """Found by fuzzing (seed 12): PyAV decodes the four bytes as ASCII."""
    whole = write_clip(tmp_path / "whole.mp4", range(5), codec="mpeg4").read_bytes()
    named = whole.index(b"mp4v", whole.index(b"stsd"))
    path = tmp_path / "odd.mp4"
    path.write_bytes(whole[:named] + b"mp4\x85" + whole[named + 4 :])
    index = inspect(path, cache=None).index
    assert index is not None
    assert len(index) == 5
