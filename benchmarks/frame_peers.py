"""How others reach one frame, for ``benchmarks.frames``. Each takes a frame's number and time."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sync.media.decode_pass import prepare_decoder
from sync.media.frame_index import FrameIndex
from sync.media.frames import FrameReader
from sync.media.opening import open_container, picture_stream

Picture = NDArray[np.uint8]


class Peer(Protocol):
    """Shows frames of one recording."""

    def frame(self, i: int) -> Picture | None:
        """Frame ``i``, grey or colour; ``None`` when it gives none."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class _Closing:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""


class Ours(_Closing):
    """The frame reader."""

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self.reader = FrameReader(path, index)

    def frame(self, i: int) -> Picture | None:
        """The frame, exact or not."""
        return self.reader.frame(i).bgr()

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()


class OpenCvByNumber(_Closing):
    """``VideoCapture`` set to a frame number."""

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._capture = cv2.VideoCapture(str(path))
        self._index = index

    def frame(self, i: int) -> Picture | None:
        """What it reads after it was set."""
        self._set(i)
        given, picture = self._capture.read()
        return np.asarray(picture, np.uint8) if given else None

    def _set(self, i: int) -> None:
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, i)

    def close(self) -> None:
        """Let go of the file."""
        self._capture.release()


class OpenCvByTime(OpenCvByNumber):
    """``VideoCapture`` set to milliseconds since the first frame."""

    def _set(self, i: int) -> None:
        since = int(self._index.time_ns[i] - self._index.time_ns[0])
        self._capture.set(cv2.CAP_PROP_POS_MSEC, since / 1e6)


class PyAvByTime(_Closing):
    """PyAV: seek back to a key packet, decode until the frame's timestamp has come.

    ``threads``: as PyAV sets them by itself, or as the frame reader does.
    """

    def __init__(self, path: Path, index: FrameIndex, *, own_threads: bool = True) -> None:
        self._index = index
        self._container = open_container(path)
        stream = picture_stream(self._container)
        assert stream is not None
        self._stream = stream
        if not own_threads:
            prepare_decoder(stream)

    def video(self, i: int) -> av.VideoFrame | None:
        """The first frame that is not before the time asked for."""
        pts = int(self._index.pts[i])
        try:
            self._container.seek(pts, stream=self._stream, backward=True)
            for video in self._container.decode(self._stream):
                if video.pts is not None and video.pts >= pts:
                    return video
        except av.FFmpegError:
            pass
        return None

    def frame(self, i: int) -> Picture | None:
        """Its picture."""
        video = self.video(i)
        return None if video is None else np.asarray(video.to_ndarray(format="bgr24"), np.uint8)

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()


class FfmpegProgram(_Closing):
    """``ffmpeg -ss TIME -i FILE -frames:v 1``."""

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._path, self._index = path, index
        with open_container(path) as container:
            stream = picture_stream(container)
            assert stream is not None
            self._size = (stream.height, stream.width)

    def frame(self, i: int) -> Picture | None:
        """The first frame it writes."""
        since = Fraction(int(self._index.time_ns[i] - self._index.time_ns[0]), 10**9)
        command = ["ffmpeg", "-v", "quiet", "-ss", f"{float(since):.6f}", "-i", str(self._path)]
        command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
        run = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        if len(run.stdout) != self._size[0] * self._size[1]:
            return None
        return np.frombuffer(run.stdout, np.uint8).reshape(self._size)


class MpvByTime(_Closing):
    """One running mpv, told to seek exactly and to write the frame it then shows."""

    _PATIENCE_S = 3.0

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._index = index
        self._folder = tempfile.TemporaryDirectory()
        door = Path(self._folder.name) / "door"
        command = ["mpv", "--no-config", "--no-terminal", "--vo=null", "--no-audio", "--pause"]
        command += ["--hr-seek=yes", "--keep-open=yes", f"--input-ipc-server={door}", str(path)]
        self._program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(0.2)
        self._said = b""
        until = time.monotonic() + self._PATIENCE_S
        while time.monotonic() < until and self._program.poll() is None:
            with contextlib.suppress(OSError):
                self._socket.connect(str(door))
                break
            time.sleep(0.02)
        self._answers = self._heard("event", "playback-restart")

    def frame(self, i: int) -> Picture | None:
        """What it shows after a seek to the frame's time since the first."""
        shot = Path(self._folder.name) / "shot.bmp"
        shot.unlink(missing_ok=True)
        since_s = int(self._index.time_ns[i] - self._index.time_ns[0]) / 1e9
        if not self._answers:  # once it has not, it never does
            return None
        self._tell("seek", f"{since_s:.9f}", "absolute+exact")
        self._answers = self._heard("event", "playback-restart")
        self._tell("screenshot-to-file", str(shot), "video")
        self._heard("error", None)
        seen = cv2.imread(str(shot)) if shot.exists() else None
        return None if seen is None else np.asarray(seen, np.uint8)

    def _tell(self, *command: str) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps({"command": command}).encode() + b"\n")

    def _heard(self, key: str, value: str | None) -> bool:
        until = time.monotonic() + self._PATIENCE_S
        while time.monotonic() < until and self._program.poll() is None:
            line, found, rest = self._said.partition(b"\n")
            if found:
                self._said = rest
                told = json.loads(line)
                if key in told and value in (None, told[key]):
                    return True
                continue
            with contextlib.suppress(OSError):
                self._said += self._socket.recv(65536)
        return False

    def close(self) -> None:
        """End the program."""
        self._socket.close()
        self._program.kill()
        self._program.wait()
        self._folder.cleanup()


def mpv_seek(path: Path, seconds: float) -> None:
    """mpv's own exact seek, nothing shown."""
    command = ["mpv", "--no-config", "--really-quiet", "--vo=null", "--no-audio", "--hr-seek=yes"]
    command += ["--frames=1", f"--start={seconds:.6f}", str(path)]
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL)


def installed(program: str) -> bool:
    """Whether the program is on the search path."""
    return shutil.which(program) is not None
