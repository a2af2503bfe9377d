"""The made sample case "Harrow Hall, 14:22": media files, and the scripts that made them."""

from pathlib import Path

__all__ = ["folder"]


def folder() -> Path:
    """Folder that holds the sample's recordings, papers, ``truth.json`` and ``analyst.json``.

    Returns
    -------
    Path
        Absolute path of this package's folder.
    """
    return Path(__file__).resolve().parent
