"""Themes: both complete, legible, every state told apart without colour."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from sync.adjustment.solution import ResultStatus
from widgets.bracket import SMALLEST_PX, draw_bracket
from widgets.theme import (
    THEMES,
    apply_theme,
    current_theme,
    mono_font,
    source_colour,
    state_symbol,
    ui_font,
)


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
             for part in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: QColor, b: QColor) -> float:
    """Contrast ratio (WCAG 2.1)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_text_can_be_read_on_every_ground(name: str) -> None:
    theme = THEMES[name]
    for ground in (theme.ground, theme.panel, theme.raised, theme.strip):
        for ink in (theme.text, theme.secondary, theme.act, theme.linked, theme.disagree):
            assert contrast(ink, ground) >= 4.5, (ink.name(), ground.name())
        assert contrast(theme.faint, ground) >= 3.5
    assert contrast(theme.on_act, theme.act) >= 4.5


@pytest.mark.parametrize("name", sorted(THEMES))
def test_source_colours_stand_out_and_differ(name: str) -> None:
    theme = THEMES[name]
    assert len({colour.name() for colour in theme.sources}) == len(theme.sources) >= 8
    for colour in theme.sources:
        assert contrast(colour, theme.ground) >= 3


def test_source_colours_take_turns() -> None:
    count = len(current_theme().sources)
    assert source_colour(0) == source_colour(count) != source_colour(1)


def test_states_differ_in_symbol_or_word_and_never_are_green() -> None:
    seen = set()
    for status in get_args(ResultStatus):
        symbol, word, colour = state_symbol(status)
        assert symbol
        assert (symbol, word) not in seen
        seen.add((symbol, word))
        assert not (colour.green() > colour.red() + 20 and colour.green() > colour.blue() + 20)


def test_reference_and_stale_and_no_link() -> None:
    assert state_symbol("ok", is_reference=True)[:2] == ("◆", "reference")
    assert state_symbol("ok", stale=True)[:2] == ("⟳", "out of date")
    assert state_symbol("unconstrained", stale=True)[:2] == ("○", "no link")


def test_no_font_is_smaller_than_12_px() -> None:
    assert ui_font(6).pixelSize() == mono_font(3).pixelSize() == 12


def test_apply_theme_switches_palette_and_style(qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    assert current_theme().name == "light"
    assert THEMES["light"].panel.name() in qapp.styleSheet()
    assert qapp.palette().window().color() == THEMES["light"].panel


def drawn_columns(low: float | None, high: float | None) -> list[int]:
    image = QImage(200, 20, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    draw_bracket(painter, low, high, 10, QColor("#ffffff"), dot=False)
    painter.end()
    return [
        x
        for x in range(200)
        if any(QColor.fromRgba(image.pixel(x, y)).alpha() > 60 for y in range(20))
    ]


def test_a_range_is_never_narrower_than_3_px() -> None:
    columns = drawn_columns(100.0, 100.001)
    assert columns[-1] - columns[0] + 1 >= SMALLEST_PX


def test_a_wide_range_is_drawn_where_it_is() -> None:
    columns = drawn_columns(20, 180)
    assert abs(columns[0] - 20) <= 1
    assert abs(columns[-1] - 180) <= 1


def test_an_open_end_points_away() -> None:
    assert drawn_columns(100, None)[-1] > 110
    assert drawn_columns(None, 100)[0] < 90
