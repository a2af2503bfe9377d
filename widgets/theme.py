"""Colours, fonts and state symbols: the only place that names a colour or a font.

Every state pairs a colour with a shape and a word, so nothing is said by colour alone. Amber is
the person's next act, blue is linked, vermilion is disagreement; nothing is ever green.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

from sync.adjustment.solution import ResultStatus
from widgets.stylesheet import stylesheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One palette. Names say what a colour is for, not what it looks like."""

    name: str
    ground: QColor
    panel: QColor
    raised: QColor
    line: QColor
    text: QColor
    secondary: QColor
    faint: QColor
    """For what may be overlooked: minor ticks, hints."""
    act: QColor
    """The person's next act."""
    on_act: QColor
    """Text on a surface of ``act``."""
    linked: QColor
    disagree: QColor
    playhead: QColor
    card: QColor
    """Behind the *no footage here* card."""
    strip: QColor
    """Header and footer of a pane."""
    sources: tuple[QColor, ...]


def _c(*codes: str) -> tuple[QColor, ...]:
    return tuple(QColor(code) for code in codes)


DARK = Theme(
    name="dark",
    ground=QColor("#14171c"),
    panel=QColor("#1b1f26"),
    raised=QColor("#242a33"),
    line=QColor("#323a46"),
    text=QColor("#e8ebf0"),
    secondary=QColor("#9aa4b2"),
    faint=QColor("#7b8696"),
    act=QColor("#ffb454"),
    on_act=QColor("#201600"),
    linked=QColor("#6cb6ff"),
    disagree=QColor("#ff7a59"),
    playhead=QColor("#ffffff"),
    card=QColor("#171a20"),
    strip=QColor("#0f1216"),
    sources=_c(
        "#5ab4f0", "#56c2b0", "#e08bbd", "#e0b040", "#a99cf5", "#c3cf6a", "#9fb0c4", "#d49a7a"
    ),
)  # fmt: skip

LIGHT = Theme(
    name="light",
    ground=QColor("#f3f5f8"),
    panel=QColor("#ffffff"),
    raised=QColor("#e9edf2"),
    line=QColor("#c6ced9"),
    text=QColor("#171b21"),
    secondary=QColor("#4d5867"),
    faint=QColor("#6a7585"),
    act=QColor("#8f4d00"),
    on_act=QColor("#ffffff"),
    linked=QColor("#0a62b8"),
    disagree=QColor("#ab3410"),
    playhead=QColor("#000000"),
    card=QColor("#e4e8ee"),
    strip=QColor("#dfe4eb"),
    sources=_c(
        "#0b72b5", "#0f7f6c", "#b0457f", "#8f6a00", "#6552c7", "#66751a", "#52667f", "#9a5a35"
    ),
)  # fmt: skip

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_active: list[Theme] = [DARK]


def current_theme() -> Theme:
    """The palette in force; ask at every paint, never keep it."""
    return _active[0]


PALETTE = ("blue", "teal", "pink", "gold", "violet", "olive", "grey", "clay")
"""Names of the colours of sources, in both themes."""


def source_colour(index: int) -> QColor:
    """Colour of the source with this place in the case, in turn from a colour-blind-safe set."""
    colours = current_theme().sources
    return QColor(colours[index % len(colours)])


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """``colour`` at ``alpha`` (0…1)."""
    faded = QColor(colour)
    faded.setAlphaF(alpha)
    return faded


def blend(colour: QColor, ground: QColor, part: float) -> QColor:
    """Opaque colour: ``part`` (0…1) of ``colour`` over ``ground``."""
    return QColor(
        round(colour.red() * part + ground.red() * (1 - part)),
        round(colour.green() * part + ground.green() * (1 - part)),
        round(colour.blue() * part + ground.blue() * (1 - part)),
    )


_STATES: dict[str, tuple[str, str, str]] = {
    "ok": ("●", "linked", "linked"),
    "unchecked": ("◐", "linked, unchecked", "linked"),
    "bounded": ("⟨ ⟩", "between limits", "act"),
    "one-sided": ("⟨ ⟩", "limit on one side", "act"),
    "conflict": ("✕", "evidence disagrees", "disagree"),
    "infeasible": ("✕", "limits contradict", "disagree"),
    "unconstrained": ("○", "no link", "secondary"),
}


def state_symbol(
    status: ResultStatus, is_reference: bool = False, stale: bool = False
) -> tuple[str, str, QColor]:
    """(symbol, word, colour) of a state; out of date outranks everything but *no link*."""
    theme = current_theme()
    if stale and status != "unconstrained":
        return "⟳", "out of date", QColor(theme.act)
    if is_reference:
        return "◆", "reference", QColor(theme.linked)
    symbol, word, role = _STATES[status]
    return symbol, word, QColor(getattr(theme, role))


# -- fonts --------------------------------------------------------------------------------------

_SANS = (
    "Inter", "Segoe UI", "SF Pro Text", ".AppleSystemUIFont", "Helvetica Neue", "Noto Sans",
    "DejaVu Sans Condensed", "DejaVu Sans", "Arial",
)  # fmt: skip
_MONO = (
    "JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "Noto Sans Mono",
    "DejaVu Sans Mono",
)  # fmt: skip
SMALLEST_PX = 12
"""No text is smaller (at 100 % scaling)."""


@lru_cache(maxsize=2)
def _installed(wanted: tuple[str, ...]) -> list[str]:
    known = set(QFontDatabase.families())
    found = [family for family in wanted if family in known]
    # Symbols (◐ ⟳ ↔) are missing from most text faces: name one that has them.
    return [*found, *(f for f in ("Segoe UI Symbol", "DejaVu Sans") if f in known)]


def ui_font(px: int = 13, *, bold: bool = False) -> QFont:
    """The proportional face, at least 12 px."""
    font = QFont(_installed(_SANS) or [QFont().family()])
    font.setPixelSize(max(SMALLEST_PX, px))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def mono_font(px: int = 13, *, bold: bool = False) -> QFont:
    """The face with digits of one width, for every number."""
    font = QFont(_installed(_MONO) or ["monospace"])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(max(SMALLEST_PX, px))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def text_width(text: str, font: QFont) -> float:
    """Width of ``text`` in pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


# -- applying -----------------------------------------------------------------------------------


def apply_theme(app: QApplication, name: str = "system") -> Theme:
    """Put a theme on the whole program: ``dark``, ``light``, or ``system`` (what the desktop uses).

    Dark is taken where the desktop says nothing.
    """
    if name == "system":
        light = app.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if light else "dark"
    theme = THEMES[name]
    _active[0] = theme
    if not app.styleSheet():  # asked for again, it would polish every widget once more
        app.setStyle("Fusion")
    # Where one sheet follows another, Qt polishes a widget once for each of its ancestors: five
    # times the work of taking the old one off before.
    app.setStyleSheet("")
    app.setPalette(_palette(theme))
    app.setFont(ui_font(13))
    app.setStyleSheet(
        stylesheet(
            {
                slot: getattr(theme, slot).name()
                for slot in Theme.__slots__
                if isinstance(getattr(theme, slot), QColor)
            }
            | {
                "mono": ui_families(mono_font()),
                "act_soft": blend(theme.act, theme.panel, 0.16).name(),
                "linked_soft": blend(theme.linked, theme.panel, 0.18).name(),
                "disagree_soft": blend(theme.disagree, theme.panel, 0.14).name(),
                "hover": blend(theme.text, theme.panel, 0.10).name(),
            }
        )
    )
    return theme


def ui_families(font: QFont) -> str:
    """Families of ``font`` as a style sheet wants them."""
    return ", ".join(f'"{family}"' for family in font.families())


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, colour in (
        (roles.Window, theme.panel),
        (roles.WindowText, theme.text),
        (roles.Base, theme.ground),
        (roles.AlternateBase, theme.panel),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
        (roles.PlaceholderText, theme.faint),
        (roles.Text, theme.text),
        (roles.Button, theme.raised),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.disagree),
        (roles.Link, theme.linked),
        (roles.Highlight, blend(theme.linked, theme.panel, 0.32)),
        (roles.HighlightedText, theme.text),
    ):
        palette.setColor(role, colour)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.faint)
    return palette
