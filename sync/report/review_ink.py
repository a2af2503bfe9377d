"""Colours, type and lettering of the review video: text by Pillow, running digits from a cache."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sync.report.clean import clean

GROUND, PANEL, STRIP = (20, 23, 28), (27, 31, 38), (15, 18, 22)
LINE, TEXT, SECONDARY = (50, 58, 70), (232, 235, 240), (154, 164, 178)
AMBER, BLUE, VERMILION = (255, 180, 84), (108, 182, 255), (255, 122, 89)
SOURCES = (
    (90, 180, 240), (86, 194, 176), (224, 139, 189), (224, 176, 64), (169, 156, 245),
    (195, 207, 106), (159, 176, 196), (212, 154, 122),
)  # fmt: skip
"""The window's own, so that a recording keeps its colour."""

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont
_FACES = {
    "plain": ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc"),
    "bold": ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf",
             "Helvetica.ttc"),
    "mono": ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "Menlo.ttc", "consola.ttf"),
}  # fmt: skip
"""Looked for by name, first come first served; Pillow's own face where there is none."""
LEAST_PX = 12


@cache
def font(face: str, size: int) -> Font:
    """A face of this many pixels."""
    for name in _FACES[face]:
        try:
            return ImageFont.truetype(name, max(LEAST_PX, size))
        except OSError:
            continue
    return ImageFont.load_default(max(LEAST_PX, size))


def wide(text: str, of: Font) -> int:
    """Width of a line in pixels."""
    return round(of.getlength(text))


def cut(text: str, of: Font, width: int) -> str:
    """A name as it can be shown in ``width`` pixels: invisible signs as boxes, the middle left out
    where it is too long, since names differ at their ends."""
    text = " ".join(clean(text).split())
    if wide(text, of) <= width:
        return text
    keep = len(text)
    while keep > 2:
        keep -= 1
        shorter = f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}"
        if wide(shorter, of) <= width:
            return shorter
    return "…"


def wrapped(text: str, of: Font, width: int) -> list[str]:
    """Lines of at most ``width`` pixels; a word that is longer is broken."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split():
        while wide(word, of) > width:
            fits = next(n for n in range(len(word), 0, -1) if n == 1 or wide(word[:n], of) <= width)
            lines += [line] if line else []
            line, lines, word = "", [*lines, word[:fits]], word[fits:]
        longer = f"{line} {word}".strip()
        if wide(longer, of) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


class Lettering:
    """Running text in a fixed-width face, painted into the luma of a picture letter by letter.

    Only letters that changed are painted: a clock of twelve changes two or three.

    Parameters
    ----------
    size
        Of the face, pixels.
    ink, ground
        Luma of the text and of the evenly coloured ground it stands on.
    """

    def __init__(self, size: int, ink: int, ground: int) -> None:
        self._font = font("mono", size)
        self._ink, self._ground = ink, ground
        self.letter = max(1, wide("0" * 20, self._font) // 20)
        left, top, right, bottom = self._font.getbbox("0g±,")
        self.height = round(bottom) + 1
        del left, top, right
        self._letters: dict[str, NDArray[np.uint8]] = {}

    def write(self, luma: NDArray[np.uint8], x: int, y: int, text: str, before: str) -> None:
        """Paint ``text`` with its top left at (x, y), over ``before``."""
        length = max(len(text), len(before))
        for n, (new, old) in enumerate(zip(text.ljust(length), before.ljust(length), strict=True)):
            if new != old:
                left = x + n * self.letter
                luma[y : y + self.height, left : left + self.letter] = self._painted(new)

    def _painted(self, letter: str) -> NDArray[np.uint8]:
        known = self._letters.get(letter)
        if known is None:
            image = Image.new("L", (self.letter, self.height), 0)
            ImageDraw.Draw(image).text((0, 0), letter, fill=255, font=self._font)
            part = np.asarray(image, np.float32) / 255
            known = np.rint(self._ground + part * (self._ink - self._ground)).astype(np.uint8)
            self._letters[letter] = known
        return known
