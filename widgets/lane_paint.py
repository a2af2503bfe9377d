"""What a lane looks like: clips, curves, gaps, range brackets and marks, as painter functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from sync.timebase import NS_PER_S, Duration, ReferenceTime, format_clock, format_seconds
from sync.timeline import Clip, Gap, Marker, Track
from sync.uncertainty import decimals_for
from widgets.bracket import draw_bracket
from widgets.columns import LaneRow, columns_image
from widgets.parts import draw_symbol, draw_text
from widgets.spectrum import colour_map, spectrum_image
from widgets.theme import current_theme, text_width, ui_font, with_alpha
from widgets.view_range import ViewRange

REMARK_LEAST_PX = 28
"""Less room than this shows no word of a remark, only its flag."""


@dataclass(frozen=True, slots=True)
class LaneLook:
    """Everything the content of a lane is painted from (not the playhead, not the selection)."""

    track: Track
    colour: QColor
    rows: tuple[LaneRow, ...]
    stale: bool
    height: int

    @property
    def strength(self) -> float:
        """How strongly colours are drawn: half when out of date."""
        return 0.5 if self.stale else 1.0


def paint_track(painter: QPainter, look: LaneLook, view: ViewRange, ratio: float = 1.0) -> None:
    """Paint the part of a track that ``view`` shows; x = 0 is the view's left edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    near = [clip for clip in look.track.clips if _is_near(clip, view)]
    held = [clip for clip in near if clip.status in ("bounded", "one-sided")]
    for clip in held:
        _paint_between(painter, look, view, clip)
    for clip in near:
        if clip not in held:
            if held:
                _clear_behind(painter, look, view, clip)
            _paint_clip(painter, look, view, clip, ratio)
    for gap in look.track.gaps:
        if gap.end.ns > view.start_ns and gap.start.ns < view.end_ns:
            _paint_gap(painter, look, view, gap)


def _is_near(clip: Clip, view: ViewRange) -> bool:
    """True when any of it, its ranges included, lies in the view."""
    if clip.start is None or clip.end is None:
        return False
    reach = max(_ns(clip.half_start), _ns(clip.half_end)) + 200 * round(view.ns_per_px)
    return clip.end.ns + reach >= view.start_ns and clip.start.ns - reach <= view.end_ns


def _clear_behind(painter: QPainter, look: LaneLook, view: ViewRange, clip: Clip) -> None:
    """What is linked lies over what may be anywhere; a tile is transparent where nothing is."""
    left, right = _span(view, clip)
    painter.save()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.fillRect(QRectF(left, 0, right - left, look.height), Qt.GlobalColor.black)
    painter.restore()


def _ns(half: object) -> int:
    return int(getattr(half, "ns", 0) or 0)


def _span(view: ViewRange, clip: Clip) -> tuple[float, float]:
    """Left and right pixel of a clip, kept within what a painter can draw exactly."""
    edge = 4000.0
    start, end = _ends(clip)
    left = max(-edge, view.x_of(start))
    return left, min(view.width + edge, max(left + 2, view.x_of(end)))


def _ends(clip: Clip) -> tuple[int, int]:
    """Reference ns of a placed clip."""
    if clip.start is None or clip.end is None:
        raise ValueError("a clip with no link has no place on the timeline")
    return clip.start.ns, clip.end.ns


def _paint_clip(
    painter: QPainter, look: LaneLook, view: ViewRange, clip: Clip, ratio: float
) -> None:
    theme, colour = current_theme(), look.colour
    left, right = _span(view, clip)
    body = QRectF(left, 4, right - left, look.height - 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(colour, 0.11 * look.strength))
    painter.drawRoundedRect(body, 4, 4)
    if clip.model is not None:
        _paint_rows(painter, look, view, clip, ratio)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if clip.status in ("conflict", "infeasible"):
        painter.setPen(QPen(theme.disagree, 1.5, Qt.PenStyle.DashDotLine))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        _paint_note(painter, body, view, "✕", "evidence disagrees", theme.disagree)
    elif look.stale:
        painter.setPen(QPen(with_alpha(theme.act, 0.8), 1, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        _paint_note(painter, body, view, "⟳", "out of date", theme.act)
    elif clip.status == "unchecked":
        painter.setPen(QPen(with_alpha(colour, 0.8), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    _paint_ends(painter, look, view, clip)


def _paint_ends(painter: QPainter, look: LaneLook, view: ViewRange, clip: Clip) -> None:
    """The 95 % range of both ends, shaded and bracketed."""
    for end, half in ((clip.start, clip.half_start), (clip.end, clip.half_end)):
        if end is None or half is None or half.ns == 0:  # the reference clock: by definition
            continue
        x, reach = view.x_of(end.ns), half.ns / view.ns_per_px
        if x + reach < -10 or x - reach > view.width + 10:
            continue
        reach = min(reach, 8000.0)
        tall = look.height / 2 - 9
        shade = QRectF(x - reach, 9, 2 * reach, look.height - 18)
        painter.fillRect(shade, with_alpha(look.colour, 0.14 * look.strength))
        tone = with_alpha(look.colour, look.strength)
        draw_bracket(painter, x - reach, x + reach, look.height / 2, tone, cap=tall, dot=False)


def _paint_rows(
    painter: QPainter, look: LaneLook, view: ViewRange, clip: Clip, ratio: float
) -> None:
    """The curves under a clip, one above the other, one column a device pixel."""
    start, end = _ends(clip)
    left = max(0, round(view.x_of(start) * ratio))
    right = min(round(view.width * ratio), round(view.x_of(end) * ratio))
    if right <= left or not look.rows or clip.model is None:
        return
    media = [
        clip.model.from_reference(ReferenceTime(view.ns_of(x / ratio))).ns for x in (left, right)
    ]
    first = max(media[0], clip.media_start.ns)
    last = max(first + 1, media[1])
    room = (look.height - 10) / len(look.rows)
    for place, row in enumerate(look.rows):
        tall = max(4, round((room - (1 if len(look.rows) > 1 else 0)) * ratio))
        image = _row_image(row, look, first, last, right - left, tall)
        if image is not None:
            image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(left / ratio, 5 + place * room), image)


def _row_image(
    row: LaneRow, look: LaneLook, first_ns: int, last_ns: int, width: int, tall: int
) -> QImage | None:
    """The picture of one row: its curve until its spectrogram is there; ``None`` without either."""
    levels = None if row.spectrum is None else row.spectrum(first_ns, last_ns, width)
    if levels is not None:
        return spectrum_image(levels, tall, colour_map(look.colour, look.strength))
    if row.columns is None:
        return None
    low, high = row.columns(first_ns, last_ns, width)
    return columns_image(
        np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64), tall, look.colour,
        (0.85 if row.waveform else 0.58) * look.strength, waveform=row.waveform,
    )  # fmt: skip


def _paint_between(painter: QPainter, look: LaneLook, view: ViewRange, clip: Clip) -> None:
    """A block known only between limits: hollow, with a bracket from earliest to latest.

    Blocks of one gap may all lie anywhere in it, so their brackets stand at different heights.
    """
    theme = current_theme()
    tone = with_alpha(look.colour, look.strength)
    left, right = _span(view, clip)
    body = QRectF(left + 0.5, 6.5, max(3.0, right - left - 1), look.height - 13)
    if clip.status == "bounded":  # with one end open there is no place to draw a block at
        painter.setBrush(with_alpha(theme.ground, 0.6))
        painter.setPen(QPen(tone, 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(body, min(4.0, body.width() / 2), 4)
    edge = 8000.0
    low = None if clip.half_start is None else max(-edge, left - _px(clip.half_start, view))
    high = None if clip.half_end is None else min(edge, right + _px(clip.half_end, view))
    levels = max(1, int((look.height - 20) // 7))
    y = look.height - 13.0 - 7 * (clip.stretch % levels)
    if low is not None or high is not None:
        draw_bracket(painter, low, high, y, tone, cap=3, dot=False)
    font, text = ui_font(12), "between limits"
    width = text_width(text, font)
    if clip.status == "bounded" and look.height > 40 and body.width() >= width + 8:
        room = QRectF(body.center().x() - width / 2 - 2, 9, width + 4, 16)
        painter.fillRect(room.adjusted(-2, 0, 2, 0), with_alpha(theme.ground, 0.75))
        draw_text(painter, room, text, font, theme.secondary)


def _px(half: Duration, view: ViewRange) -> float:
    return half.ns / view.ns_per_px


def _paint_gap(painter: QPainter, look: LaneLook, view: ViewRange, gap: Gap) -> None:
    """No footage: hatched, with its length or its reason where there is room."""
    theme = current_theme()
    left = max(-30.0, view.x_of(gap.start.ns))
    right = min(view.width + 30.0, view.x_of(gap.end.ns))
    area = QRectF(left, 3, right - left, look.height - 6)
    painter.save()
    painter.setClipRect(area)
    painter.fillRect(area, theme.ground)
    painter.setPen(QPen(theme.line, 1.2))
    # Anchored to the clock, so that the hatching of neighbouring tiles meets.
    anchor = view.x_of(gap.start.ns)
    count = int((left - anchor) // 12) - 6
    x = anchor + 12 * count
    while x < right + 12:
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height() * 0.45, area.top()))
        x += 12
    painter.restore()
    seconds = (gap.end.ns - gap.start.ns) / NS_PER_S
    for text in (gap.reason or f"gap {seconds:.1f} s", "gap"):
        width = text_width(text, ui_font(12)) + 8
        true_left, true_right = view.x_of(gap.start.ns), view.x_of(gap.end.ns)
        if width + 6 <= true_right - true_left:
            middle = (true_left + true_right) / 2
            room = QRectF(middle - width / 2, look.height / 2 - 9, width, 18)
            painter.fillRect(room, theme.ground)
            centred = Qt.AlignmentFlag.AlignHCenter
            draw_text(painter, room, text, ui_font(12), theme.secondary, centred)
            return


def _paint_note(
    painter: QPainter, body: QRectF, view: ViewRange, symbol: str, text: str, colour: QColor
) -> None:
    """Symbol and word at the start of a clip."""
    width = text_width(text, ui_font(12)) + 26
    left = body.left() + 16
    if width + 24 > body.width() or left > view.width:
        return
    room = QRectF(left, 7, width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(current_theme().ground, 0.85))
    painter.drawRoundedRect(room, 8, 8)
    draw_symbol(painter, symbol, QPointF(left + 10, 16), colour)
    draw_text(painter, room.adjusted(19, 0, 0, 0), text, ui_font(12), colour)


# -- marks and lines over the content -----------------------------------------------------------


def paint_marker(
    painter: QPainter, x: float, half_px: float | None, top: float, colour: QColor,
    *, side: int = 0, selected: bool = False, waits: bool = False,
) -> None:  # fmt: skip
    """A mark: a triangle at its time with its range.

    ``side`` ±1 is a one-sided mark: half a bracket, open where nothing is known. One that ``waits``
    for its frames to be counted is outlined.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    outline = current_theme().text if selected else colour
    painter.setPen(QPen(outline, 1.5) if selected or waits else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if waits else colour)
    tip = QPointF(x, top + 9)
    painter.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), tip]))
    if side:
        low, high = (x, None) if side > 0 else (None, x)
        draw_bracket(painter, low, high, top + 14, colour, cap=6, width=2, dot=False)
    elif half_px is not None and half_px >= 1.5:
        draw_bracket(painter, x - half_px, x + half_px, top + 13, colour, cap=4, dot=False)


@dataclass(frozen=True, slots=True)
class PlacedRemark:
    """A remark on a lane: words over a stretch of reference time (ns); no end for an instant."""

    text: str
    start_ns: int
    end_ns: int | None
    rough: bool = False
    """A place noted while playing, to be refined: a hollow flag."""


def paint_remarks(
    painter: QPainter, view: ViewRange, remarks: Sequence[PlacedRemark], bottom: float
) -> None:
    """Remarks as a flag each along the bottom: a line over its time, and as many words as fit
    before the next one. They are no evidence, so they have no colour of their own."""
    if not remarks:
        return
    theme, font = current_theme(), ui_font(12)
    lefts = [view.x_of(remark.start_ns) for remark in remarks]
    for place, (remark, left) in enumerate(zip(remarks, lefts, strict=True)):
        right = left if remark.end_ns is None else view.x_of(remark.end_ns)
        following = lefts[place + 1] if place + 1 < len(lefts) else float("inf")
        if right < 0 or left > view.width:
            continue
        if remark.rough:
            _paint_rough(painter, left, bottom)
            continue
        painter.fillRect(QRectF(left, bottom - 13, 1, 13), theme.secondary)
        painter.fillRect(QRectF(left, bottom - 1, max(right - left, 3.0), 1), theme.secondary)
        room = min(following - left - 8, 260.0)
        if room >= REMARK_LEAST_PX:
            width = min(room, text_width(remark.text, font))
            chip = QRectF(left + 1, bottom - 14, width + 6, 13)
            painter.fillRect(chip, with_alpha(theme.ground, 0.75))
            draw_text(painter, chip.adjusted(3, 0, 0, 0), remark.text, font, theme.secondary)


def _paint_rough(painter: QPainter, x: float, bottom: float) -> None:
    """A hollow flag: not yet a mark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(current_theme().act, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    top, tip, foot = (QPointF(x + away, bottom - up) for away, up in ((0, 20), (11, 15.5), (0, 11)))
    painter.drawLine(top, QPointF(x, bottom))
    painter.drawPolygon(QPolygonF([top, tip, foot]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def marker_text(marker: Marker, name: str) -> str:
    """A mark in words for its tooltip: name and time, never without its range."""
    if marker.reference is None or marker.half is None:
        return name
    decimals = decimals_for(marker.half.ns / NS_PER_S)
    time = format_clock(marker.reference, decimals)
    return f"{name}\n{time} ± {format_seconds(marker.half.ns, decimals)} s (95 %)"
