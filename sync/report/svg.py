"""Small drawings as SVG text: black and grey only, no scripts, no styles, legible on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from sync.report.clean import clean

INK, SOFT, FAINT = "#000000", "#555555", "#bbbbbb"
_WIDE = 0.55
"""Width of a letter to its height, on average."""
SANS = "Helvetica, Arial, 'DejaVu Sans', sans-serif"


@dataclass(slots=True)
class Drawing:
    """A picture that grows; lengths in CSS pixels."""

    width: float
    height: float
    title: str
    parts: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *,
        ink: str = INK, thick: float = 1.0, dash: str = "",
    ) -> None:  # fmt: skip
        """A straight line; ``dash`` as ``4 3``."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{ink}" '
            f'stroke-width="{thick:g}"{dashed}/>'
        )

    def box(
        self, x: float, y: float, width: float, height: float, *,
        fill: str = "none", ink: str = "none", dash: str = "",
    ) -> None:  # fmt: skip
        """A rectangle."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
            f'height="{max(height, 0):.1f}" fill="{fill}" stroke="{ink}"{dashed}/>'
        )

    def dot(self, x: float, y: float, radius: float = 3.0, *, hollow: bool = False) -> None:
        """A disc, or a ring."""
        fill = "#ffffff" if hollow else INK
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="{INK}"/>'
        )

    def shape(self, points: list[tuple[float, float]], *, fill: str = INK) -> None:
        """A filled polygon."""
        listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polygon points="{listed}" fill="{fill}"/>')

    def path(self, commands: str, *, ink: str = INK, thick: float = 1.0) -> None:
        """A path of straight lines."""
        self.parts.append(
            f'<path d="{commands}" fill="none" stroke="{ink}" stroke-width="{thick:g}"/>'
        )

    def image(self, x: float, y: float, width: float, height: float, data_uri: str) -> None:
        """A picture stretched over a rectangle."""
        self.parts.append(
            f'<image x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'preserveAspectRatio="none" xlink:href={quoteattr(data_uri)}/>'
        )

    def text(
        self, x: float, y: float, words: str, *,
        at: str = "start", px: float = 11.0, ink: str = INK, bold: bool = False,
        on_white: bool = False,
    ) -> None:  # fmt: skip
        """Words on a base line; ``at``: start, middle or end of them lies at ``x``.

        ``on_white`` hides what is drawn behind them.
        """
        if on_white:
            wide = len(words) * px * _WIDE
            self.box(x - wide if at == "end" else x, y - 0.8 * px, wide, px, fill="#ffffff")
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-family={quoteattr(SANS)} font-size="{px:g}" '
            f'fill="{ink}" text-anchor="{at}"{weight}>{escape(clean(words))}</text>'
        )

    def hatch(self, x: float, y: float, width: float, height: float, step: float = 5.0) -> None:
        """Slanted lines inside a rectangle: fog. Drawn line by line, since not every reader of SVG
        knows patterns."""
        commands = []
        start = x - height
        while start < x + width:
            left, right = max(start, x), min(start + height, x + width)
            if right > left:
                commands.append(
                    f"M{left:.1f} {y + height - (left - start):.1f}"
                    f"L{right:.1f} {y + height - (right - start):.1f}"
                )
            start += step
        if commands:
            self.path("".join(commands), ink=SOFT, thick=0.6)

    def bracket(
        self, x1: float, x2: float, y: float, *, tall: float = 8.0, thick: float = 1.4,
        open_left: bool = False, open_right: bool = False,
    ) -> None:  # fmt: skip
        """|———|: a 95 % range, at least 3 px wide; an open side is an arrow."""
        if x2 - x1 < 3:
            x1, x2 = (x1 + x2) / 2 - 1.5, (x1 + x2) / 2 + 1.5
        self.line(x1, y, x2, y, thick=thick)
        for x, is_open, way in ((x1, open_left, 1.0), (x2, open_right, -1.0)):
            if is_open:
                self.shape([(x, y), (x + 6 * way, y - 3.5), (x + 6 * way, y + 3.5)])
            else:
                self.line(x, y - tall / 2, x, y + tall / 2, thick=thick)

    def done(self) -> str:
        """The whole picture."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" '
            f'xmlns:xlink="http://www.w3.org/1999/xlink" width="{self.width:g}" '
            f'height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}" role="img">'
            f"<title>{escape(clean(self.title))}</title>{''.join(self.parts)}</svg>"
        )


def name_width(names: Iterable[str], px: float, most: float) -> float:
    """Room for the longest of these names and a gap after it, at most ``most``."""
    return min(most, max((len(name) for name in names), default=0) * px * _WIDE + 14)


def fitting(words: str, width: float, px: float) -> str:
    """Words as far as they go into a width: what is cut is cut from their middle, since names
    often differ in their ends alone."""
    most = int((width - 14) / (px * _WIDE))
    if len(words) <= most:
        return words
    tail = (most - 1) // 2
    return f"{words[: most - 1 - tail].rstrip()}…{words[len(words) - tail :].lstrip()}"


def elided(words: str, most: int) -> str:
    """Words that fit, their end as dots."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
