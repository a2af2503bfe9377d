"""Make the sample case anew: ``python -m sample_media.make_sample [name …]``.

Needs espeak-ng for the speech. Without names everything is made; names are those of the table
at the end (``cam1``, ``cam2``, ``cam3``, ``cam4``, ``sound``, ``papers``, ``analyst``).
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction

import numpy as np

from . import folder
from .analyst import write_analyst
from .encode import write_flac, write_untagged_mp3, write_video
from .events import CAM1, CAM2, CAM3, CAM4_LENGTH_S, PHONE
from .film import Pictures
from .papers import write_papers

__all__ = ["main"]

_CAM1_RATE = Fraction(15)
_CAM3_RATE = Fraction(30)
_CAM4_RATE = Fraction(12)
_PHONE_RATE = Fraction(30_000, 1001)

Timed = Iterator[tuple[float, Pictures]]


def cam2_media_s() -> list[float]:
    """Times of camera 2's pictures: its recorder drops and doubles its 40 ms ticks.

    The seed is one with which no event of this camera is nearer than 10 ms to a picture.
    """
    random = np.random.default_rng(65)
    begin_s, break_s, end_s = 0.0, CAM2.segments[1].from_s, CAM2.segments[1].to_s
    out: list[float] = []
    for start_s, stop_s in ((begin_s, break_s - 0.08), (break_s, end_s - 0.01)):
        ticks, last = round(start_s / 0.04), int(stop_s / 0.04 + 1e-6)
        while ticks < last:
            out.append(ticks * 0.04)
            ticks += int(random.choice([1, 2, 2, 2, 2, 3]))
        # The recorder's log says when it stopped, so the last tick before a break is kept.
        if not np.isclose(out[-1], last * 0.04):
            out.append(last * 0.04)
    return out


def _cam1() -> Timed:
    from .view_gate import GateView

    view = GateView()
    for n in range(150 * 15):
        media_s = n / 15
        yield media_s, view.render(CAM1.reference_s(media_s), n)


def _cam2() -> Timed:
    from .view_yard import YardView

    view = YardView()
    for n, media_s in enumerate(cam2_media_s()):
        yield media_s, view.render(CAM2.reference_s(media_s), n)


def _cam3() -> Timed:
    from .view_door import DoorView, ShedView

    views = (DoorView(), ShedView())
    for n in range(1000):
        media_s = n / 10
        view = views[int(media_s >= CAM3.segments[1].from_s - 1e-9)]
        picture = view.render(CAM3.reference_s(media_s + 1e-9), n)
        for repeat in range(3):
            yield media_s + repeat / 30, picture


def _cam4() -> Timed:
    from .view_hall import HallView

    view = HallView()
    for n in range(round(CAM4_LENGTH_S * 12)):
        yield n / 12, view.render(n / 12, n)


def _phone() -> Timed:
    from .view_phone import PhoneView

    view = PhoneView()
    for n in range(1200):
        media_s = n * 1001 / 30_000
        yield media_s, view.render(PHONE.reference_s(media_s), n)


def _make(name: str) -> str:
    """Make one of the files that take time."""
    here = folder()
    if name == "cam1":
        write_video(here / "cam1_gate.mp4", _cam1(), rate=_CAM1_RATE, bits_per_s=165_000)
    elif name == "cam2":
        write_video(here / "cam2_yard.mp4", _cam2(), rate=Fraction(25, 2), bits_per_s=180_000)
    elif name == "cam3":
        write_video(here / "cam3_door.mp4", _cam3(), rate=_CAM3_RATE, bits_per_s=175_000)
    elif name == "cam4":
        write_video(here / "cam4_hall.mp4", _cam4(), rate=_CAM4_RATE, bits_per_s=110_000)
    elif name == "sound":
        from .soundtrack import dispatch_sound, phone_sound

        file, radio = dispatch_sound()
        write_flac(here / "dispatch.flac", file)
        write_untagged_mp3(here / "dispatch_copy.mp3", file)
        sound = phone_sound(radio, 1200 * 1001 / 30_000)
        write_video(here / "phone.mp4", _phone(), rate=_PHONE_RATE, bits_per_s=380_000, sound=sound)
    return name


def main(names: list[str]) -> None:
    """Make what is named, or everything; the analyst reads the finished files, so comes last."""
    slow = [n for n in ("cam2", "cam3", "cam1", "sound", "cam4") if not names or n in names]
    with ProcessPoolExecutor(2) as pool:
        for name in pool.map(_make, slow):
            print(name)
    if not names or "papers" in names:
        write_papers(folder())
    if not names or "analyst" in names:
        write_analyst(folder())


if __name__ == "__main__":
    main(sys.argv[1:])
