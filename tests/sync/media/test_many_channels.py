"""Sound of eight channels and more: PyAV's own reading of their planes ends the process."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from sync.media.sound import SoundReader

RATE_HZ = 48_000


@pytest.mark.parametrize(
    ("name", "codec", "layout", "channels"),
    [("surround.m4a", "aac", "7.1", 8), ("field.wv", "wavpack", "22.2", 24)],
)
def test_every_channel_is_read_as_itself(
    tmp_path: Path, name: str, codec: str, layout: str, channels: int
) -> None:
    path = tmp_path / name
    tones_hz = [200 + 100 * channel for channel in range(channels)]
    write_tones(path, codec, layout, tones_hz)
    with SoundReader(path) as reader:
        sound = reader.read(12_000, RATE_HZ // 2)
    assert sound.shape == (RATE_HZ // 2, channels)
    strongest_hz = np.abs(np.fft.rfft(sound, axis=0)).argmax(axis=0) * 2
    low = 3  # low-frequency effects: a coding may leave out what is above some 120 Hz
    for channel, tone_hz in enumerate(tones_hz):
        if channel != low:
            assert abs(strongest_hz[channel] - tone_hz) <= 2


def write_tones(path: Path, codec: str, layout: str, tones_hz: list[int]) -> None:
    """A second of sound, one tone a channel."""
    at_s = np.arange(RATE_HZ) / RATE_HZ
    tones = np.stack([np.sin(2 * np.pi * tone * at_s) / 2 for tone in tones_hz], axis=1)
    whole = av.AudioFrame.from_ndarray(
        tones.astype(np.float32).reshape(1, -1), format="flt", layout=layout
    )
    whole.sample_rate = RATE_HZ
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=RATE_HZ, layout=layout)
        size = stream.codec_context.frame_size or 1024
        cut = av.AudioResampler(format="fltp", layout=layout, rate=RATE_HZ, frame_size=size)
        for frame in cut.resample(whole):
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
