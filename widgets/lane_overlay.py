"""What is drawn across all lanes: anchor ties with their labels, limits, and the playhead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QRegion
from PySide6.QtWidgets import QWidget

from sync.adjustment.solution import ResultStatus
from sync.timeline import Track
from widgets.bracket import playhead_rect
from widgets.lane import HEADER_PX, MARK_TOP
from widgets.lane_moves import SEEN_PX
from widgets.parts import draw_symbol, draw_text
from widgets.theme import current_theme, text_width, ui_font, with_alpha
from widgets.view_range import ViewRange

_ROWS = 2
"""Labels stand in so many rows, where they are in each other's way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One anchor: where each lane's own clock puts its mark, top to bottom."""

    event: str
    label: str
    colour: QColor
    ends: tuple[tuple[str, int], ...]
    """(source id, reference ns) of every mark; a residual shows as a slant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitArrow:
    """One limit: ``first`` is not after ``second`` (both: source id, reference ns)."""

    id: str
    first: tuple[str, int]
    second: tuple[str, int]
    label: str = ""
    imposed: bool = True
    """False: it contradicts the evidence or another limit."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """One tie as it is drawn."""

    tie: Tie
    points: tuple[QPointF, ...]
    """Top to bottom."""
    line: QRect
    """What they cover."""
    pill: QRectF | None
    """Where its label stands, if it does."""
    label: QRect
    row: int
    """Of the label, from the bottom."""

    def stands(self, tie: Tie, seen_ns: float) -> bool:
        """True where nobody could tell ``tie`` from what is drawn."""
        mine = self.tie
        return (
            (mine.label, mine.colour) == (tie.label, tie.colour)
            and len(mine.ends) == len(tie.ends)
            and all(
                a == b and abs(first - second) < seen_ns
                for (a, first), (b, second) in zip(mine.ends, tie.ends, strict=True)
            )
        )

    def seen_in(self, region: QRegion) -> bool:
        """True where a part of it lies in ``region``."""
        return region.intersects(self.line) or region.intersects(self.label)


class LaneOverlay(QWidget):
    """Lies over the lanes and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view = ViewRange(0, 60_000_000_000)
        self._ties: tuple[Tie, ...] = ()
        self._laid: dict[str, _Placed] | None = None
        self._limits: tuple[LimitArrow, ...] = ()
        self._rows: dict[str, tuple[int, int]] = {}
        self._bottom = 0
        self._names_end = 0
        self._shelf_top = 0
        self._playhead: int | None = None
        self._drop_line: int | None = None

    def set_drop_line(self, y: int | None) -> None:
        """Show where a lane that is dragged by its head would stand."""
        if y != self._drop_line:
            self._drop_line = y
            self.update()

    def set_ties(self, ties: tuple[Tie, ...]) -> None:
        """Draw these anchors; only those that are seen to differ are painted again."""
        if ties == self._ties:
            return
        before, self._ties = self._laid, ties
        if before is None:
            self.update()
            return
        self._laid = self._lay(before)
        for event in before.keys() | self._laid.keys():
            old, new = before.get(event), self._laid.get(event)
            for one in (old, new) if old is not new else ():
                if one is not None:
                    self.update(one.line.translated(HEADER_PX, 0))
                    self.update(one.label.translated(HEADER_PX, 0))

    def set_limits(self, limits: tuple[LimitArrow, ...]) -> None:
        """Draw these limits as arrows."""
        if limits != self._limits:
            self._limits = limits
            self.update()

    def set_geometry(
        self, rows: dict[str, tuple[int, int]], names_end: int, shelf_top: int
    ) -> None:
        """Where lanes are: (top, height) by source id, the y at which the room for names under them
        ends, and the y of the shelf: what has no link has no place under this playhead.

        Where lanes are scrolled the names may lie behind the shelf; they are never on a lane.
        """
        if (rows, names_end, shelf_top) != (self._rows, self._names_end, self._shelf_top):
            self._rows, self._names_end, self._shelf_top = rows, names_end, shelf_top
            self._bottom = min(names_end, shelf_top)
            self._laid = None
            self.update()

    def set_view(self, view: ViewRange) -> None:
        """Show this range."""
        if view != self._view:
            self._view, self._laid = view, None
            self.update(HEADER_PX, 0, self.width() - HEADER_PX, self._bottom)

    def set_playhead(self, ns: int | None) -> None:
        """Move the line; repaints two strips."""
        before, after = (
            None if at is None else HEADER_PX + round(self._view.x_of(at))
            for at in (self._playhead, ns)
        )
        self._playhead = ns
        if after != before:
            for x in (before, after):
                if x is not None and -4 <= x <= self.width() + 4:
                    self.update(QRect(x - 1, 0, 2, self._shelf_top))

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ties, limits, labels, playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._drop_line is not None:
            painter.fillRect(0, self._drop_line - 1, self.width(), 3, current_theme().act)
        painter.setClipRect(event.rect() & QRect(HEADER_PX, 0, self.width(), self.height()))
        painter.translate(HEADER_PX, 0)
        painter.save()
        painter.setClipRect(QRect(0, 0, self.width(), self._bottom), Qt.ClipOperation.IntersectClip)
        dirty = event.region().translated(-HEADER_PX, 0)
        for limit in self._limits:
            self._paint_limit(painter, limit)
        if self._laid is None:
            self._laid = self._lay({})
        seen = [one for one in self._laid.values() if one.seen_in(dirty)]
        for placed in seen:
            self._paint_tie(painter, placed)
        for placed in seen:  # no line crosses a name
            self._paint_label(painter, placed)
        painter.restore()
        if self._playhead is not None:
            x = self._view.x_of(self._playhead)
            if -2 <= x <= self._view.width + 2:
                area = playhead_rect(x, 0, self._shelf_top)
                painter.fillRect(area, current_theme().playhead)

    def _points(self, tie: Tie) -> list[QPointF]:
        found = []
        for source, ns in tie.ends:
            if source in self._rows:
                top, _ = self._rows[source]
                found.append(QPointF(self._view.x_of(ns), top + MARK_TOP + 9))
        return sorted(found, key=lambda point: point.y())

    def _lay(self, before: Mapping[str, _Placed]) -> dict[str, _Placed]:
        """Every tie near the view, by event id; those that are not seen to move stay as they are.

        A label goes to the left, then up, where another is in the way; left out where none fits, as
        under the last lane there is room for two rows and a lane is never covered.
        From the right end of the view to the left, as a label stands right of its line: those of
        the sample case need two rows so, in the order of their times three. One that moves gives
        way to those that do not, or all would jump while it is dragged.
        """
        laid: dict[str, _Placed] = {}
        taken: list[list[tuple[float, float]]] = [[] for _ in range(_ROWS)]
        moved: list[tuple[Tie, list[QPointF]]] = []
        seen_ns = SEEN_PX * self._view.ns_per_px
        for tie in self._ties:
            old = before.get(tie.event)
            if old is not None and old.stands(tie, seen_ns):
                laid[tie.event] = old
                if old.pill is not None:
                    taken[old.row].append((old.pill.left(), old.pill.right()))
            elif points := self._points(tie):
                moved.append((tie, points))
        moved.sort(key=lambda one: -one[1][-1].x())
        for tie, points in moved:
            if any(-200 <= p.x() <= self._view.width + 200 for p in points):
                laid[tie.event] = self._place(tie, points, taken)
        return laid

    def _place(
        self, tie: Tie, points: list[QPointF], taken: list[list[tuple[float, float]]]
    ) -> _Placed:
        last = points[-1]
        width = _label_px(tie.label)
        sides = [
            left for left in (last.x() + 4, last.x() - 4 - width)
            if left >= 0 and left + width <= self._view.width
        ]  # fmt: skip
        for row, others in enumerate(taken):
            top = self._names_end - 19.0 * (row + 1)
            if top + 18 > self._bottom:
                continue  # not in sight
            for left in sides:
                if all(left + width <= begin or end <= left for begin, end in others):
                    others.append((left, left + width))
                    pill = QRectF(left, top, width, 18)
                    around = pill.adjusted(-1, -1, 1, 1).toAlignedRect()
                    line = _end_line(points, pill.center().y())
                    return _Placed(tie, tuple(points), line, pill, around, row)
        line = _end_line(points, self._bottom - 4.0)
        return _Placed(tie, tuple(points), line, None, QRect(), 0)

    @staticmethod
    def _paint_tie(painter: QPainter, placed: _Placed) -> None:
        painter.setPen(QPen(with_alpha(placed.tie.colour, 0.85), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(placed.points))

    @staticmethod
    def _paint_label(painter: QPainter, placed: _Placed) -> None:
        tie, pill = placed.tie, placed.pill
        if pill is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(current_theme().ground, 0.92))
            painter.drawRoundedRect(pill, 9, 9)
            x, y = placed.points[-1].x(), pill.center().y()
            near = pill.left() + 5 if pill.left() > x else pill.right() - 2
            painter.setPen(QPen(with_alpha(tie.colour, 0.85), 1.4))
            painter.drawLine(QPointF(x, y), QPointF(near, y))  # another's line may be as near
            draw_text(painter, pill.adjusted(8, 0, -4, 0), tie.label, ui_font(12), tie.colour)

    def _paint_limit(self, painter: QPainter, limit: LimitArrow) -> None:
        """A dashed arrow from what must come first to what must not come before it."""
        if limit.first[0] not in self._rows or limit.second[0] not in self._rows:
            return
        ends = []
        for source, ns in (limit.first, limit.second):
            top, height = self._rows[source]
            ends.append(QPointF(self._view.x_of(ns), top + height - 14))
        start, end = ends
        colour = current_theme().act if limit.imposed else current_theme().disagree
        painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(start, end)
        if not limit.imposed:
            draw_symbol(painter, "✕", (start + end) / 2, colour)
        length = max(1.0, ((end - start).x() ** 2 + (end - start).y() ** 2) ** 0.5)
        along = (end - start) / length
        across = QPointF(-along.y(), along.x())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(start, 3.0, 3.0)
        painter.drawPolygon(
            QPolygonF([end, end - along * 9 + across * 4.5, end - along * 9 - across * 4.5])
        )
        if limit.label:
            width = text_width(limit.label, ui_font(12))
            room = QRectF(start.x() + 6, start.y() - 8, width + 2, 16)
            draw_text(painter, room, limit.label, ui_font(12), colour)


def _end_line(points: list[QPointF], y: float) -> QRect:
    """Lead a tie down to ``y``, where its name stands; what the line covers."""
    last = points[-1]
    points.append(QPointF(last.x(), max(last.y(), y)))
    return QPolygonF(points).boundingRect().adjusted(-2, -2, 2, 2).toAlignedRect()


@lru_cache(maxsize=2000)
def _label_px(text: str) -> float:
    """Width of a label with its margins; every move of a tie asks for it."""
    return text_width(text, ui_font(12)) + 16


def tie_colours(states: Mapping[str, ResultStatus]) -> dict[str, QColor]:
    """Blue linked, amber unchecked or between limits, vermilion disagreeing; by event id."""
    theme = current_theme()
    by_state = {"conflict": theme.disagree, "infeasible": theme.disagree}
    by_state |= {"unchecked": theme.act, "bounded": theme.act, "one-sided": theme.act}
    return {event: by_state.get(state, theme.linked) for event, state in states.items()}


def tie_all(
    linked: Sequence[Track],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    shades: Mapping[str, QColor],
    one_sided: Collection[str] = (),
) -> tuple[Tie, ...]:
    """One tie for every event that two or more placed lanes show; one-sided marks tie nothing."""
    ends: dict[str, list[tuple[str, int]]] = {}
    for track in linked:
        for marker in track.markers:
            if marker.reference is not None and marker.mark not in one_sided:
                ends.setdefault(marker.event, []).append((track.source, marker.reference.ns))
    return tuple(
        Tie(
            event=event,
            label=labels.get(event) or " ↔ ".join(names.get(s, s) for s, _ in places),
            colour=QColor(shades.get(event, current_theme().linked)),
            ends=tuple(places),
        )
        for event, places in ends.items()
        if len({source for source, _ in places}) > 1
    )
