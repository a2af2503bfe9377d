"""Every kind of sound file an analyst is handed: where its clicks lie, and what is said of it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from sync.errors import MediaEmpty, MediaNotRecognised, SoundChannelMissing
from sync.media.coding_delay import unstated_delay
from sync.media.inspect_raw import inspect_raw
from sync.media.raw_sound import RawSound, uncounted_wav
from sync.media.sound import SoundReader
from sync.timebase import Duration, MediaTime
from tests.support.made_media import click_track, write_clip, write_sound
from tests.sync.media.conftest import CLICKS_S, onsets

RATE_HZ = 8000
TRACK = click_track(8, RATE_HZ, CLICKS_S)


def clicks_s(reader: SoundReader, channel: int = 0) -> list[float]:
    whole = np.concatenate([block for _, block in reader.blocks(7000)])
    assert len(whole) == reader.samples
    found = onsets(whole[:, channel] / np.abs(whole).max() * 0.8, reader.sample_rate_hz)
    return [reader.time_of(sample).s for sample in found]


def holds_random_reads(reader: SoundReader, tolerance: float = 1e-4) -> None:
    whole = np.concatenate([block for _, block in reader.blocks(7000)])
    for first in np.random.default_rng(4).integers(0, reader.samples - 10, 8).tolist():
        part = reader.read(first, 1500)
        assert np.allclose(part, whole[first : first + 1500], atol=tolerance)


@pytest.mark.parametrize(
    ("name", "container", "subtype"),
    [
        ("gsm.wav", "WAV", "GSM610"),
        ("gsm.w64", "W64", "GSM610"),
        ("ima.wav", "WAV", "IMA_ADPCM"),
        ("ms.wav", "WAV", "MS_ADPCM"),
        ("g721.wav", "WAV", "G721_32"),
        ("mulaw.wav", "WAV", "ULAW"),
        ("alaw.au", "AU", "ALAW"),
        ("long.rf64", "RF64", "PCM_16"),
        ("long.w64", "W64", "PCM_24"),
        ("apple.aiff", "AIFF", "PCM_16"),
        ("float.wav", "WAV", "FLOAT"),
        ("eight.wav", "WAV", "PCM_U8"),
        ("vorbis.ogg", "OGG", "VORBIS"),
        ("opus.ogg", "OGG", "OPUS"),
        ("words.flac", "FLAC", "PCM_16"),
    ],
)
def test_clicks_lie_where_they_were_put_and_nothing_is_uncertain(
    name: str, container: str, subtype: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    soundfile.write(path, TRACK, RATE_HZ, format=container, subtype=subtype)
    with SoundReader(path) as reader:
        assert (reader.start, reader.start_half) == (MediaTime(0), Duration(0))
        assert reader.notes == ()
        assert clicks_s(reader) == pytest.approx(CLICKS_S, abs=0.0015)
        holds_random_reads(reader, 0.2 if "gsm" in name else 1e-4)


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "late_ms", "half_ms"),
    [
        ("clicks.g722", "g722", 16_000, 1.4, 1.4),
        ("clicks.mp2", "mp2", 48_000, 10.0, 24.0),
        ("clicks.ac3", "ac3", 48_000, 5.3, 5.4),
        ("clicks.aac", "aac", 8000, 128.0, 264.0),
        ("clicks.wma", "wmav2", 16_000, 32.0, 32.0),
        ("cd.wma", "wmav2", 44_100, 46.4, 46.5),
        ("clicks.mka", "libmp3lame", 8000, 0.0, 0.0),
        ("aac.mka", "aac", 8000, 0.0, 0.0),
        ("clicks.webm", "libopus", 48_000, 0.0, 0.0),
    ],
)
def test_the_stated_half_width_holds_what_the_coding_does(
    name: str, codec: str, rate_hz: int, late_ms: float, half_ms: float, tmp_path: Path
) -> None:
    path = write_sound(
        tmp_path / name, click_track(8, rate_hz, CLICKS_S), rate_hz, codec,
        bit_rate=64_000 if codec.startswith("wma") else None,
    )  # fmt: skip
    with SoundReader(path) as reader:
        late = np.array(clicks_s(reader)) - CLICKS_S
        assert late * 1e3 == pytest.approx(late_ms, abs=1.5)
        assert reader.start_half.s * 1e3 == pytest.approx(half_ms, abs=0.1)
        assert np.abs(late).max() <= reader.start_half.s + 0.0015
        assert [note.code for note in reader.notes] == ["start-uncertain"] * (half_ms > 0)
        assert all("displace" in note.detail for note in reader.notes)


@pytest.mark.parametrize(
    ("codec", "profile", "rate_hz", "skip", "samples"),
    [
        ("mp3float", None, 8000, None, 1689),
        ("mp3float", None, 8000, 529, 1689),  # a tag without an encoder's delay
        ("mp3float", None, 8000, 1105, None),
        ("aac", "LC", 44_100, None, 2112),
        ("aac", "HE-AAC", 44_100, None, 5186),
        ("aac", "LC", 44_100, 1024, None),
        ("wmav2", None, 8000, None, 512),
        ("wmav2", None, 22_050, None, 1024),
        ("amrwb", None, 16_000, None, 112),
        ("speex", None, 16_000, None, 224),
        ("pcm_mulaw", None, 8000, None, None),
        ("adpcm_g726", None, 8000, None, None),
        ("a_coding_of_tomorrow", None, 8000, None, 2112),
    ],
)
def test_a_delay_is_unstated_where_the_file_says_nothing(
    codec: str, profile: str | None, rate_hz: int, skip: int | None, samples: int | None
) -> None:
    found = unstated_delay(codec, profile, rate_hz, skip)
    assert (None if found is None else found[0]) == samples


def test_amr_looks_ahead_by_what_is_stated(tmp_path: Path) -> None:
    """Speech coding smears a click: here speech-like noise, found by correlation."""
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(0, 1, 2 * RATE_HZ))
    spectrum[: 2 * 300], spectrum[2 * 2500 :] = 0, 0
    sound = np.fft.irfft(spectrum).astype(np.float32)
    path = write_sound(
        tmp_path / "call.amr", 0.3 * sound / np.abs(sound).max(), RATE_HZ, "amr_nb", bit_rate=12_200
    )
    with SoundReader(path) as reader:
        heard = reader.read(0, reader.samples)[: len(sound), 0]
        likeness = [float(heard[lag:] @ sound[: len(sound) - lag]) for lag in range(200)]
        assert int(np.argmax(likeness)) == pytest.approx(40, abs=2)
        assert reader.start_half.s * RATE_HZ == 40
        assert [note.code for note in reader.notes] == ["start-uncertain"]


def ogg_page(packets: list[bytes], flags: int, granule: int, number: int) -> bytes:
    """One page of an Ogg file (RFC 3533)."""
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, 7, number, 0)
    page = head + bytes([len(lacing)]) + lacing + b"".join(packets)
    check = 0
    for byte in page:
        check ^= byte << 24
        for _ in range(8):
            check = check << 1 & 0xFFFFFFFF ^ (0x04C11DB7 if check & 0x80000000 else 0)
    return page[:22] + struct.pack("<I", check) + page[26:]


def test_speex_states_its_look_ahead_as_uncertain(tmp_path: Path) -> None:
    """Written by hand: no encoder of it is at hand. Mode 0 frames are comfort noise."""
    head = struct.pack(
        "<8s20s13i", b"Speex   ", b"1.2", 1, 80, RATE_HZ, 0, 4, 1, -1, 160, 0, 1, 0, 0, 0
    )
    comment = struct.pack("<I", 4) + b"made" + struct.pack("<I", 0)
    frames = [b"\x0a" + bytes(5)] * 50
    path = tmp_path / "call.spx"
    path.write_bytes(
        ogg_page([head], 2, 0, 0) + ogg_page([comment], 0, 0, 1)
        + ogg_page(frames, 4, 160 * len(frames), 2)
    )  # fmt: skip
    with SoundReader(path) as reader:
        assert reader.codec == "speex"
        assert reader.start_half == Duration.from_s(Fraction(1, 100))
        assert [note.code for note in reader.notes] == ["start-uncertain"]


def wav(data_bytes: int, body: bytes, tag: int = 1, bits: int = 16) -> bytes:
    """A mono 8 kHz WAV file whose head claims ``data_bytes`` of sound."""
    block = bits // 8
    form = struct.pack("<HHIIHH", tag, 1, RATE_HZ, RATE_HZ * block, block, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", data_bytes)
    riff = min(36 + data_bytes, 0xFFFF_FFFF)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + chunks + body


def test_a_wav_of_unknown_length_keeps_its_tail(tmp_path: Path) -> None:
    path = tmp_path / "logger.wav"
    path.write_bytes(wav(0xFFFF_FFFF, (TRACK * 32767).astype("<i2").tobytes()))
    with SoundReader(path) as reader:
        assert (reader.samples, reader.reader) == (len(TRACK), "soundfile")
        assert [note.code for note in reader.notes] == ["length-unstated"]
        assert clicks_s(reader) == pytest.approx(CLICKS_S, abs=0.001)
        holds_random_reads(reader)


def test_beyond_4_gb_the_count_wraps_and_nothing_is_lost(tmp_path: Path) -> None:
    """8-bit sound of 4 GB and 3 s, most of it a hole in a sparse file."""
    path, length = tmp_path / "week.wav", (1 << 32) + 3 * RATE_HZ
    head = wav(length % (1 << 32), b"", bits=8)
    with path.open("wb") as stream:
        stream.write(head)
        stream.seek(len(head) + length - 4)
        stream.write(bytes((128, 255, 128, 0)))
    found = uncounted_wav(path)
    assert found is not None
    assert found.count == length
    with SoundReader(path) as reader:
        assert reader.samples == length
        assert "lacks a multiple of 4 GB" in reader.notes[0].detail
        assert reader.read(length - 4, 9)[:, 0].tolist() == [0.0, 127 / 128, 0.0, -1.0]


@pytest.mark.parametrize("claimed", [100, 200, 199])
def test_a_head_that_can_be_right_is_believed(claimed: int, tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    path.write_bytes(wav(claimed, bytes(200)))
    assert uncounted_wav(path) is None


def test_bare_mu_law_is_read_on_a_persons_word(tmp_path: Path) -> None:
    path = tmp_path / "line7.ul"
    soundfile.write(path, TRACK, RATE_HZ, format="RAW", subtype="ULAW")
    raw = RawSound.typed("mulaw,8000")
    with SoundReader(path, raw=raw) as reader:
        assert clicks_s(reader) == pytest.approx(CLICKS_S, abs=0.001)
        assert reader.codec == "raw mulaw"
        assert [note.code for note in reader.notes] == ["typed-coding"]
        holds_random_reads(reader)
    facts = inspect_raw(path, raw)
    assert facts.sound is not None
    assert facts.duration.s == 8.0
    assert RawSound.of_facts(facts.sound) == raw


@pytest.mark.parametrize("name", ["line7.ul", "line7.al", "line7.sw", "line7.bin"])
def test_no_rate_is_made_up_for_bare_sound(name: str, tmp_path: Path) -> None:
    """FFmpeg takes these by their names, at 44,100 a second."""
    path = tmp_path / name
    soundfile.write(path, TRACK, RATE_HZ, format="RAW", subtype="ULAW")
    with pytest.raises(MediaNotRecognised) as refused:
        SoundReader(path)
    assert "--raw mulaw,8000" in (refused.value.hint or "")


@pytest.mark.parametrize("text", ["mulaw", "mulaw,fast", "opus,8000", "mulaw,0", "s16le,8000,2,1"])
def test_a_mistyped_coding_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        RawSound.typed(text)


def test_channels_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "two_groups.wav"
    left, right = click_track(4, RATE_HZ, (1.0,)), click_track(4, RATE_HZ, (2.5,))
    soundfile.write(path, np.stack((left, right), axis=1), RATE_HZ)
    with SoundReader(path) as both, SoundReader(path, channel=1) as second:
        assert (both.channels, second.channels) == (2, 1)
        assert clicks_s(second) == pytest.approx([2.5], abs=0.001)
        assert np.array_equal(both.read(100, 50)[:, 1:], second.read(100, 50))
    with pytest.raises(SoundChannelMissing, match="no channel 3"):
        SoundReader(path, channel=2)


def test_sound_that_begins_after_the_pictures_keeps_its_place(tmp_path: Path) -> None:
    source = write_clip(
        tmp_path / "even.mp4", range(60), sound=click_track(2, 48_000, (1.0,)), gop=30
    )
    late = tmp_path / "late.mp4"
    with av.open(str(source)) as old, av.open(str(late), "w") as new:
        copies = {s.index: new.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                sound = packet.stream.type == "audio"
                shift = round(0.7 / packet.time_base) if sound else 0
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = copies[packet.stream.index]
                new.mux(packet)
    with SoundReader(source) as reader:
        assert clicks_s(reader) == pytest.approx([1.0], abs=0.001)
    with SoundReader(late) as reader:
        assert reader.start.s == pytest.approx(0.7, abs=0.03)
        assert clicks_s(reader) == pytest.approx([1.7], abs=0.001)


def test_what_is_no_sound_is_refused_in_words(tmp_path: Path) -> None:
    page = tmp_path / "call.mp3"
    page.write_text("<!DOCTYPE html><html><body>Sign in to download</body></html>")
    with pytest.raises(MediaNotRecognised, match="a web page"):
        SoundReader(page)
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    with pytest.raises(MediaEmpty, match="0 bytes"):
        SoundReader(empty)
    with pytest.raises(MediaEmpty, match="0 bytes"):
        SoundReader(empty, raw=RawSound.typed("mulaw,8000"))
    silent = tmp_path / "none.wav"
    soundfile.write(silent, np.zeros(0, np.float32), RATE_HZ)
    with pytest.raises(MediaEmpty, match="without a single sample"):
        SoundReader(silent)


@pytest.mark.parametrize("name", ["tagged.mp3", "clicks.m4a", "clicks.aac"])
def test_a_file_cut_short_gives_what_it_holds(
    name: str, clip: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = clip(name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: len(whole) // 2])
    if name.endswith("m4a"):  # its table stands at the end
        with pytest.raises(Exception, match="cut short or damaged"):
            SoundReader(cut)
        return
    with SoundReader(clip(name)) as full, SoundReader(cut) as half:
        assert 0 < half.samples < 0.7 * full.samples
        assert np.allclose(half.read(8000, 8000), full.read(8000, 8000), atol=1e-4)


@pytest.mark.parametrize(
    ("jump_s", "code", "silence_s"), [(2.5, "gap", 2.5), (90_000.0, "discontinuity", 0.0)]
)
def test_a_hole_is_silence_but_a_clock_that_was_set_is_not(
    jump_s: float, code: str, silence_s: float, tmp_path: Path
) -> None:
    path = tmp_path / "broken.mka"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        for k in range(20):
            block = av.AudioFrame.from_ndarray(np.full((1, 800), 5000, np.int16), "s16", "mono")
            block.sample_rate = RATE_HZ
            block.pts = 800 * k + round(jump_s * RATE_HZ) * (k >= 10)
            block.time_base = Fraction(1, RATE_HZ)
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    with SoundReader(path) as reader:
        assert [note.code for note in reader.notes] == [code]
        assert reader.samples == pytest.approx((2.0 + silence_s) * RATE_HZ, abs=20)
        sound = reader.read(0, reader.samples)[:, 0]
        assert np.count_nonzero(sound == 0) == pytest.approx(silence_s * RATE_HZ, abs=20)
