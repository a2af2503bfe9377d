"""What a person may keep as a file: widgets offer it, the window asks for a place and writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepsake:
    """Something to keep: its name, and its content by suffix, the suggested one first."""

    name: str
    """Also the suggested name of the file."""
    content: Mapping[str, Callable[[], bytes]]
    """By suffix without a dot; made only when it is written."""


@runtime_checkable
class Keeper(Protocol):
    """What can ask for a place and write there: the window."""

    def keep_file(self, keepsake: Keepsake) -> None:
        """Ask where, and write it."""
        ...


def keeper_of(widget: QWidget) -> Keeper | None:
    """The nearest of the widgets around this one that writes files."""
    around: QWidget | None = widget
    while around is not None:
        if isinstance(around, Keeper):
            return around
        around = around.parentWidget()
    return None
