"""One clip of every kind that players seek wrongly in, each with its numbers painted in.

``python -m tests.support.clip_classes FOLDER`` writes them all.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import av

from tests.support.made_media import write_clip

_GOP = 50
_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "fast", "crf": "20"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": "log-level=none:bframes=3:b-pyramid=1:keyint=50:crf=22",
    },
    "mjpeg": {"b": "4000000"},
    "mpeg4": {"b": "2000000"},
    "mpeg2video": {"b": "3000000"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "b": "600000"},
    "libsvtav1": {"preset": "12", "crf": "30"},
}
_WRAP_TICKS = 1 << 33
"""Where the 33-bit clock of an MPEG stream starts again from 0."""


def irregular_times_ms(frames: int, *, seed: int = 3) -> list[int]:
    """Presentation times of a recorder that is not steady, from 0."""
    rng = random.Random(seed)
    times = [0]
    for _ in range(frames - 1):
        times.append(times[-1] + rng.choice((33, 40, 67, 120)))
    return times


def cut_by_edit_list(path: Path, source: Path, seconds: float) -> None:
    """Rewrap from ``seconds`` on without decoding: what precedes the cut is stored, not shown."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        assert stream.time_base is not None
        cut = int(seconds / stream.time_base)
        old.seek(cut, stream=stream)
        for packet in old.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                packet.pts -= cut
                packet.dts -= cut
                packet.stream = copy
                new.mux(packet)


def flip_bytes(path: Path, source: Path, flips: int = 12) -> None:
    """A copy with bytes overwritten in the middle of the coded pictures."""
    data = bytearray(source.read_bytes())
    start = data.find(b"mdat") + 4000
    rng = random.Random(5)
    for _ in range(flips):
        data[rng.randrange(start + len(data) // 3, start + len(data) // 2)] ^= 0xFF
    path.write_bytes(bytes(data))


def joined(path: Path, pieces: list[Path]) -> None:
    """Files in a row, as a recorder joins them that starts its clock again for each."""
    path.write_bytes(b"".join(piece.read_bytes() for piece in pieces))


class ClipClasses(Mapping[str, Path]):
    """Kind of clip → its file in ``folder``, written when first asked for; ``frames`` frames."""

    def __init__(self, folder: Path, frames: int = 300) -> None:
        self.folder = folder
        self.frames = frames
        self._kinds: dict[str, tuple[str, Callable[[Path], object]]] = {
            "H.264 MP4": ("cfr.mp4", self._coded("libx264")),
            "HEVC MP4": ("hevc.mp4", self._coded("libx265")),
            "MJPEG": ("mjpeg.avi", self._coded("mjpeg")),
            "VFR MP4": ("vfr.mp4", self._coded("libx264", times=irregular_times_ms(frames))),
            "edit list": ("edit.mp4", lambda p: cut_by_edit_list(p, self["H.264 MP4"], 2.7)),
            "raw .h264": ("raw.h264", self._coded("libx264", "h264")),
            "MPEG-4 in AVI": ("b.avi", self._coded("mpeg4")),
            "TS, clock wraps": (
                "wrap.ts",
                self._coded("libx264", "mpegts", times=self._wrapping()),
            ),
            "TS, clock restarts": ("restart.ts", self._restarting),
            "damaged MP4": ("damaged.mp4", lambda p: flip_bytes(p, self["H.264 MP4"])),
            "MPEG-2": ("mpeg2.mpg", self._coded("mpeg2video")),
            "VP9": ("vp9.webm", self._coded("libvpx-vp9")),
            "AV1": ("av1.mkv", self._coded("libsvtav1")),
            "raw .hevc": ("raw.hevc", self._coded("libx265", "hevc")),
            "HEVC TS": ("hevc.ts", self._coded("libx265", "mpegts")),
            "MPEG-2 TS": ("mpeg2.ts", self._coded("mpeg2video", "mpegts")),
            "open GOP": ("open.mp4", self._coded("libx264", more={"x264-params": "open-gop=1"})),
        }

    def __getitem__(self, kind: str) -> Path:
        name, make = self._kinds[kind]
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            make(path)
        return path

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def _coded(
        self,
        codec: str,
        container_format: str | None = None,
        *,
        times: Sequence[int] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Callable[[Path], object]:
        def make(path: Path) -> None:
            write_clip(
                path,
                range(self.frames),
                codec=codec,
                container_format=container_format,
                times=times,
                gop=_GOP,
                b_frames=0 if codec == "libvpx-vp9" else 3 if codec == "libx264" else 2,
                options={**_OPTIONS[codec], **(more or {})},
            )

        return make

    def _wrapping(self) -> list[int]:
        start_ms = (_WRAP_TICKS - 3 * 90_000) // 90
        return [start_ms + 40 * k for k in range(self.frames)]

    def _restarting(self, path: Path) -> None:
        half = self.frames // 2
        pieces = [path.with_suffix(f".{part}") for part in (0, 1)]
        for part, piece in enumerate(pieces):
            numbers = range(part * half, (part + 1) * half)
            write_clip(
                piece, numbers, container_format="mpegts", gop=_GOP, options=_OPTIONS["libx264"]
            )
        joined(path, pieces)
        for piece in pieces:
            piece.unlink()


def main(folder: Path) -> None:
    """Write all of them into ``folder``."""
    for kind, path in ClipClasses(folder).items():
        print(f"{kind}: {path.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
