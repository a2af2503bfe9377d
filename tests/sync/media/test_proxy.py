"""The pictures for dragging: each under its own number, whatever happens to the file."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sync.media.decode_pass import decode_pass
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.proxy import Proxy, ProxyConsumer
from sync.media.row_file import FileTaken
from tests.support.made_media import HEIGHT_PX, WIDTH_PX, read_number

SIZE = (WIDTH_PX, HEIGHT_PX)


def begin(width: int = 960, height: int = 540, aspect: Fraction = Fraction(1)) -> StreamBegin:
    return StreamBegin(
        path=Path("a.mp4"),
        codec="h264",
        width_px=width,
        height_px=height,
        time_base=Fraction(1, 1000),
        nominal_rate=Fraction(25),
        sample_aspect=aspect,
        frames_claimed=0,
    )


def frame(number: int, picture: np.ndarray, turn: int = 0) -> DecodedFrame:
    return DecodedFrame(
        number=number,
        ordinal=number,
        pts=40 * number,
        time_ns=40_000_000 * number,
        key=True,
        damaged=False,
        interlaced=False,
        rotation_deg=turn,
        video=av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p"),
    )


def quarters(width: int, height: int) -> np.ndarray:
    """Red at top left, green at bottom right, else grey; blue green red."""
    picture = np.full((height, width, 3), 128, np.uint8)
    picture[: height // 2, : width // 2] = (20, 20, 220)
    picture[height // 2 :, width // 2 :] = (20, 220, 20)
    return picture


def made(path: Path, clip: Path) -> Path:
    consumer = ProxyConsumer(path)
    decode_pass(clip, [consumer])
    consumer.close()
    assert consumer.problem is None
    return path


def numbers(path: Path, count: int, step: int = 1) -> list[int | None]:
    with Proxy.open(path) as proxy:
        images = [proxy.image(i, *SIZE) for i in range(0, count, step)]
    return [None if image is None else read_number(image[:, :, :3]) for image in images]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, clip: Callable[[str], Path]) -> bytes:
    return made(tmp_path_factory.mktemp("proxy") / "a.rows", clip("cfr.mp4")).read_bytes()


def test_every_picture_is_found_by_its_number(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "a.rows"
    path.write_bytes(whole)
    assert numbers(path, 162) == [*range(160), None, None]
    with Proxy.open(path) as proxy:
        assert proxy.count == 160
        assert proxy.image(-1, *SIZE) is None


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.2, 0.5, 0.7, 0.99])
def test_a_proxy_cut_anywhere_is_a_shorter_one_and_is_completed(
    tmp_path: Path, whole: bytes, clip: Callable[[str], Path], keep: float
) -> None:
    path = tmp_path / "a.rows"
    path.write_bytes(whole[: int(keep * len(whole))])
    with Proxy.open(path) as proxy:
        count = proxy.count
    assert count < 160
    assert numbers(path, 160) == [i if i < count else None for i in range(160)]
    made(path, clip("cfr.mp4"))
    assert numbers(path, 160) == list(range(160))


def test_a_damaged_table_never_shows_another_picture(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "a.rows"
    table = whole.index(b"blok")
    second = whole.index(b"blok", table + 4)
    for at in [*range(table, table + 280, 11), *range(second, second + 24, 2)]:
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        path.write_bytes(bytes(broken))
        found = numbers(path, 130, 21)
        assert all(number in (None, 21 * k) for k, number in enumerate(found))


def test_it_can_be_read_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    with Proxy.open(path) as proxy:
        assert proxy.image(0, 320, 180) is None
        writer = ProxyConsumer(path)
        writer.begin(begin())
        for number in range(65):
            writer.frame(frame(number, quarters(480, 270)))
        assert proxy.image(63, 320, 180) is not None
        assert proxy.image(64, 320, 180) is None, "not written yet"
        with pytest.raises(FileTaken):
            ProxyConsumer(path)
        writer.close()
        assert proxy.image(64, 320, 180) is not None
        assert proxy.count == 65


def test_a_file_begun_anew_never_shows_the_old_places(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    writer = ProxyConsumer(path)
    writer.begin(begin())
    random = np.random.default_rng(0)
    for number in range(64):
        writer.frame(frame(number, random.integers(0, 255, (270, 480, 3)).astype(np.uint8)))
    with Proxy.open(path) as proxy:
        assert proxy.image(40, 320, 180) is not None
        writer.restart()
        for number in range(64):
            writer.frame(frame(number, quarters(480, 270)))
        first, second = proxy.image(40, 320, 180), proxy.image(40, 320, 180)
        assert first is None, "what it knew is no longer there"
        assert second is not None
        assert second[20, 20, 2] > 180 > 60 > second[20, 20, 0]
    writer.close()


@pytest.mark.parametrize(
    ("turn", "aspect", "pane", "shape"),
    [
        (0, Fraction(1), (400, 400), (225, 400)),
        (0, Fraction(1), (200, 400), (112, 200)),
        (0, Fraction(1), (1920, 1080), (1080, 1920)),
        (90, Fraction(1), (400, 400), (400, 225)),
        (180, Fraction(1), (400, 300), (225, 400)),
        (0, Fraction(4, 3), (480, 480), (202, 480)),
        (0, Fraction(1, 2), (480, 480), (480, 427)),
    ],
)
def test_it_is_upright_with_square_pixels_and_fits_the_pane(
    tmp_path: Path, turn: int, aspect: Fraction, pane: tuple[int, int], shape: tuple[int, int]
) -> None:
    path = tmp_path / "a.rows"
    writer = ProxyConsumer(path)
    writer.begin(begin(aspect=aspect))
    writer.frame(frame(0, quarters(960, 540), turn))
    writer.close()
    with Proxy.open(path) as proxy:
        image = proxy.image(0, *pane)
    assert image is not None
    assert image.shape == (*shape, 4)
    assert image.flags.c_contiguous
    corners = {0: (0.1, 0.1), 90: (0.1, 0.9), 180: (0.9, 0.9)}
    down, across = corners[turn]
    at = image[int(down * shape[0]), int(across * shape[1])]
    assert at[2] > 180 > 60 > at[1], "the red quarter is where it belongs"


def test_busy_pictures_are_made_smaller_than_54_mb_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    random = np.random.default_rng(0)
    writer = ProxyConsumer(path)
    writer.begin(begin(640, 360))
    sizes = [0]
    busy = random.integers(60, 190, (360, 640, 3)).astype(np.uint8)
    for number in range(6 * 64):
        writer.frame(frame(number, busy))
        if number % 64 == 63:
            sizes.append(path.stat().st_size)
    writer.close()
    a_second = np.diff(sizes) / 64 * 25
    assert a_second[0] > 900_000
    assert a_second[-1] <= 900_000 or np.all(np.diff(a_second) < 0)


def test_no_room_ends_the_proxy_and_not_the_pass(
    tmp_path: Path, clip: Callable[[str], Path]
) -> None:
    consumer = ProxyConsumer(tmp_path / "a.rows", lambda size: False)
    decode_pass(clip("cfr.mp4"), [consumer])
    consumer.close()
    assert consumer.problem is not None
    assert "no room left" in str(consumer.problem)
    assert consumer.problem.hint
    assert numbers(tmp_path / "a.rows", 3) == [None, None, None]
