"""What is drawn across all lanes: anchor ties with their labels, limits, and the playhead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from sync.adjustment.solution import ResultStatus
from sync.timeline import Track
from widgets.bracket import playhead_rect
from widgets.lane import HEADER_PX, MARK_TOP
from widgets.parts import draw_symbol, draw_text
from widgets.theme import current_theme, text_width, ui_font, with_alpha
from widgets.view_range import ViewRange


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


class LaneOverlay(QWidget):
    """Lies over the lanes and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view = ViewRange(0, 60_000_000_000)
        self._ties: tuple[Tie, ...] = ()
        self._limits: tuple[LimitArrow, ...] = ()
        self._rows: dict[str, tuple[int, int]] = {}
        self._bottom = 0
        self._shelf_top = 0
        self._playhead: int | None = None
        self._drop_line: int | None = None

    def set_drop_line(self, y: int | None) -> None:
        """Show where a lane that is dragged by its head would stand."""
        if y != self._drop_line:
            self._drop_line = y
            self.update()

    def set_ties(self, ties: tuple[Tie, ...]) -> None:
        """Draw these anchors."""
        self._ties = ties
        self.update()

    def set_limits(self, limits: tuple[LimitArrow, ...]) -> None:
        """Draw these limits as arrows."""
        self._limits = limits
        self.update()

    def set_geometry(self, rows: dict[str, tuple[int, int]], bottom: int, shelf_top: int) -> None:
        """Where lanes are: (top, height) by source id, the y at which the lanes end, and the y of
        the shelf: what has no link has no place under this playhead."""
        if (rows, bottom, shelf_top) != (self._rows, self._bottom, self._shelf_top):
            self._rows, self._bottom, self._shelf_top = rows, bottom, shelf_top
            self.update()

    def set_view(self, view: ViewRange) -> None:
        """Show this range."""
        if view != self._view:
            self._view = view
            self.update(HEADER_PX, 0, self.width() - HEADER_PX, self._bottom)

    def set_playhead(self, ns: int | None) -> None:
        """Move the line; repaints two strips."""
        if ns == self._playhead:
            return
        for at in (self._playhead, ns):
            if at is not None:
                x = HEADER_PX + self._view.x_of(at)
                if -4 <= x <= self.width() + 4:
                    self.update(QRect(int(x) - 3, 0, 7, self._shelf_top))
        self._playhead = ns

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
        dirty = QRectF(event.rect()).translated(-HEADER_PX, 0)
        for limit in self._limits:
            self._paint_limit(painter, limit)
        for tie, points, pill in self._placed():
            reach = QPolygonF(points).boundingRect().adjusted(-2, 0, 2, self.height())
            if reach.intersects(dirty) or (pill is not None and pill.intersects(dirty)):
                self._paint_tie(painter, tie, points, pill)
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

    def _placed(self) -> list[tuple[Tie, list[QPointF], QRectF | None]]:
        """Every tie near the view with its points and where its label stands.

        A label goes to the left, then up, where another is in the way; left out where none fits.
        """
        placed: list[tuple[Tie, list[QPointF], QRectF | None]] = []
        taken: list[QRectF] = []
        for tie in self._ties:
            points = self._points(tie)
            if not points or not any(-200 <= p.x() <= self._view.width + 200 for p in points):
                continue
            points.append(QPointF(points[-1].x(), max(points[-1].y(), self._bottom - 4.0)))
            pill = self._pill(tie, points[-1].x(), taken)
            if pill is not None:
                taken.append(pill)
            placed.append((tie, points, pill))
        return placed

    def _pill(self, tie: Tie, x: float, taken: list[QRectF]) -> QRectF | None:
        room = QRectF(x + 4, self._bottom - 19, text_width(tie.label, ui_font(12)) + 16, 18)
        left = room.translated(-room.width() - 8, 0)
        sides = [one for one in (room, left) if one.left() >= 0 and one.right() <= self._view.width]
        for rise in range(3):
            for side in sides:
                place = side.translated(0, -19 * rise)
                if not any(place.intersects(other) for other in taken):
                    return place
        return None

    @staticmethod
    def _paint_tie(painter: QPainter, tie: Tie, points: list[QPointF], pill: QRectF | None) -> None:
        painter.setPen(QPen(with_alpha(tie.colour, 0.85), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        if pill is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(current_theme().ground, 0.86))
            painter.drawRoundedRect(pill, 9, 9)
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
