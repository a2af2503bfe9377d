"""One picture as a PNG that says what it is: its own pixels, its times in text beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QImageWriter

from sync.errors import StorageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DOTS_PER_METRE = 3780
"""96 to the inch. Only the ratio of the two sides says something: the shape of a pixel."""

_LONGEST = 120
"""Characters of a file name; some file systems take 143 bytes."""


def picture_name(*parts: str) -> str:
    """A file name of these parts that every file system takes."""
    text = " ".join(part for part in parts if part)
    text = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", text).strip(" .-")
    return f"{text[:_LONGEST].strip(' .-') or 'picture'}.png"


def write_picture(
    path: Path, bgra: NDArray[np.uint8], aspect: Fraction, texts: Mapping[str, str]
) -> None:
    """Write a PNG: pixels as they are, ``aspect`` of a pixel in pHYs, ``texts`` in text chunks.

    Parameters
    ----------
    bgra
        (h, w, 4) uint8; the fourth byte means nothing.
    aspect
        Width to height of one pixel.

    Raises
    ------
    StorageError
        Nothing is left half-written.
    """
    height, width = bgra.shape[:2]
    kept = np.ascontiguousarray(bgra)
    image = QImage(kept.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    # A pixel that is wider has fewer of them in a metre.
    image.setDotsPerMeterX(round(_DOTS_PER_METRE / aspect))
    image.setDotsPerMeterY(_DOTS_PER_METRE)
    for key, text in texts.items():
        image.setText(key, text)
    part = path.with_name(f"{path.name}.part")
    writer = QImageWriter(str(part), b"png")
    written = writer.write(image)
    why = writer.errorString()
    del writer  # lets go of the file
    try:
        if not written:
            raise OSError(why)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"The picture cannot be written: {error.strerror or error} ({path}).",
            path=path,
            hint="Choose another folder, or make room on that disk.",
        ) from error
