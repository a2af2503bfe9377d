"""A report's HTML as a PDF of A4 pages, each with its number and the case in the footer.

Qt lays out only a part of HTML and none of SVG, so the page gets a plainer style sheet here and
every figure is drawn as an object of its own: as lines and text, not as a picture of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEventLoop,
    QIODevice,
    QMarginsF,
    QRect,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer

from app.pdf_pages import pages_of

if TYPE_CHECKING:
    from sync.report.content import Report

MARGINS_MM = QMarginsF(18, 16, 18, 14)
FOOTER_MM = 8.0
DPI = 300
"""Of the layout's coordinates: text and figures are lines at any enlargement."""
EDGE = 1
"""Left away at head and foot of a slice, 0.1 mm."""
CSS_PX_PER_INCH = 96.0
_FIGURE = QTextFormat.ObjectTypes.UserObject.value + 1
_NUMBER = QTextFormat.Property.UserProperty.value + 1
_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_HELD = "\ue000"
"""Where a figure will be: of private use, which no text of a report holds (clean.clean)."""
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
LOOSE = 0.02
"""Between letters, device pixels: nothing to the eye, and enough that the layout joins none."""
SERIF = ["Georgia", "Source Serif 4", "Noto Serif", "DejaVu Serif"]
FOOT = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"]
SANS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
STYLE = f"""
h1, h2, h3, th, .caption, .id, h4, .sign td, .stale {{ font-family: {SANS}; }}
h1 {{ font-size: 20pt; margin-top: 0; margin-bottom: 8px; }}
h2 {{ font-size: 14pt; margin-top: 26px; margin-bottom: 8px; }}
h3 {{ font-size: 10.5pt; margin-top: 16px; margin-bottom: 4px; }}
p {{ margin-top: 0; margin-bottom: 7px; }}
td {{ font-size: 8.5pt; padding: 3px 8px 3px 0; }}
th {{ font-size: 8pt; font-weight: 600; text-align: left; padding: 3px 8px 3px 0; }}
.facts th, .head th {{ font-weight: 400; color: #444444; }}
.grid th {{ border-top: 1px solid #000000; border-bottom: 1px solid #000000; }}
.grid td {{ border-bottom: 1px solid #cccccc; }}
.n {{ text-align: right; }}
.question {{ font-style: italic; font-size: 12pt; margin-left: 18px; }}
.verdict {{ font-weight: 700; font-size: 13pt; }}
.answer {{ font-size: 11pt; }}
table {{ margin-top: 3px; margin-bottom: 8px; }}
.sign td {{ padding-top: 16px; }}
h4 {{ font-weight: 600; font-size: 9pt; margin-top: 14px; margin-bottom: 3px; }}
.part {{ page-break-before: always; }}
.small {{ font-size: 9pt; }}
.ask th {{ font-weight: 400; border-bottom: 1px solid #cccccc; }}
.ask td {{ border-bottom: 1px solid #cccccc; }}
.caption, .id {{ font-size: 7.5pt; color: #444444; }}
.code {{ font-family: 'DejaVu Sans Mono', Consolas, Menlo, monospace; font-size: 7.5pt; }}
.figure {{ margin-top: 10px; margin-bottom: 2px; }}
.warn, .stale {{ font-weight: 600; }}
"""


def needs_application() -> QGuiApplication:
    """The application that fonts need, made where there is none (the command line)."""
    there = QGuiApplication.instance()
    if isinstance(there, QGuiApplication):
        return there
    return QGuiApplication(["tiepoint"])


def report_pages(report: Report, html: str) -> bytes:
    """The pages of a report (:func:`sync.report.html.html_of`), with its footer and mark."""
    from sync.report.html import mark_of

    return pdf_bytes(html, footer=report.footer, mark=mark_of(report))


def pdf_bytes(html: str, *, footer: str, mark: str = "") -> bytes:
    """The pages of ``html``.

    Parameters
    ----------
    footer
        Left in the footer of every page; its number stands right.
    mark
        Printed large at the head of every page; empty for none.
    """
    # Qt's layout starts timers, which a thread of the pool has nowhere to put without this.
    events = QEventLoop()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
                    MARGINS_MM, QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    writer.setTitle(footer)
    writer.setCreator("Tiepoint")
    page = QRectF(writer.pageLayout().paintRectPixels(DPI))
    body = QSizeF(page.width(), page.height() - FOOTER_MM / 25.4 * DPI)
    document, figures = _document(html, writer, body)
    painter = QPainter(writer)
    try:
        _paint(painter, document, writer, body, footer, mark)
    finally:
        painter.end()
    del document, figures, events
    buffer.close()
    return bytes(QByteArray(buffer.data()).data())


def _document(
    html: str, writer: QPdfWriter, body: QSizeF
) -> tuple[QTextDocument, _Figures]:  # fmt: skip
    """The laid-out document, and what draws its figures, which it does not keep alive."""
    drawn = _SVG.findall(html)
    plain = _STYLE.sub("", _SVG.sub(_HELD, html))
    plain = plain.replace("<table", '<table width="100%" cellspacing="0"')
    plain = re.sub(r'(<table[^>]* class="facts">\s*<tr><th)', r'\1 width="27%"', plain)
    plain = re.sub(r'(<table[^>]* class="ask">\s*<tr><th)', r'\1 width="50%"', plain)
    plain = re.sub(r'class="w(\d+)"', r'width="\1%"', plain)
    document = QTextDocument()
    document.setDocumentMargin(0)
    font = QFont(SERIF)
    font.setPointSizeF(10)
    # With letters joined to one sign (ﬁ) a search of the pages for "first" would find nothing.
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, LOOSE)
    document.setDefaultFont(font)
    layout = document.documentLayout()
    layout.setPaintDevice(writer)
    figures = _Figures(drawn, body.width())
    layout.registerHandler(_FIGURE, figures)
    document.setDefaultStyleSheet(STYLE)
    document.setHtml(plain)
    _put_figures(document, len(drawn))
    document.setTextWidth(body.width())
    return document, figures


def _put_figures(document: QTextDocument, number: int) -> None:
    """An object in place of every placeholder, in order."""
    cursor = QTextCursor(document)
    for index in range(number):
        cursor = document.find(_HELD, cursor)
        if cursor.isNull():
            return
        shape = QTextCharFormat()
        shape.setObjectType(_FIGURE)
        shape.setProperty(_NUMBER, index)
        cursor.insertText(_OBJECT, shape)


class _Figures(QPyTextObject):
    """Draws the SVG figures of a document."""

    def __init__(self, drawn: list[str], width: float) -> None:
        super().__init__()
        self._drawn = [QSvgRenderer(QByteArray(one.encode("utf-8"))) for one in drawn]
        self._width = width

    def intrinsicSize(self, _doc: QTextDocument, _at: int, shape: QTextFormat) -> QSizeF:
        """Its size on paper; never wider than the page."""
        size = QSizeF(self._drawn[int(shape.property(_NUMBER))].defaultSize())
        size *= DPI / CSS_PX_PER_INCH
        if size.width() > self._width:
            size *= self._width / size.width()
        return size

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _doc: QTextDocument,
        _at: int,
        shape: QTextFormat,
    ) -> None:
        """Draw it."""
        self._drawn[int(shape.property(_NUMBER))].render(painter, QRectF(rect))


# -- pages ----------------------------------------------------------------------------------------


def _paint(
    painter: QPainter, document: QTextDocument, writer: QPdfWriter, body: QSizeF,
    footer: str, mark: str,
) -> None:  # fmt: skip
    pages = pages_of(document, body.height())
    for number, slices in enumerate(pages, start=1):
        if number > 1:
            writer.newPage()
        below = 0.0
        for part in slices:
            painter.save()
            painter.translate(0, below - part.top)
            # A line that only touches the slice would be in the page's text too, unseen.
            shown = QRectF(0, part.top + EDGE, body.width(), part.height - 2 * EDGE)
            document.drawContents(painter, shown)
            painter.restore()
            below += part.height
        _head_and_foot(painter, body, footer, f"page {number} of {len(pages)}", mark)


def _head_and_foot(painter: QPainter, body: QSizeF, left: str, right: str, mark: str) -> None:
    """What stands outside the text of a page; drawings inside keep a painter of their own font."""
    font = QFont(FOOT)
    font.setPointSizeF(7.5)
    align = Qt.AlignmentFlag
    foot = QRectF(0, body.height(), body.width(), FOOTER_MM / 25.4 * DPI)
    painter.save()
    painter.setPen(Qt.GlobalColor.black)
    painter.setFont(font)
    painter.drawText(foot, align.AlignBottom | align.AlignLeft, left)
    painter.drawText(foot, align.AlignBottom | align.AlignRight, right)
    font.setPointSizeF(11)
    font.setBold(True)
    painter.setFont(font)
    above = QRectF(0, -10 / 25.4 * DPI, body.width(), 8 / 25.4 * DPI)
    painter.drawText(above, align.AlignTop | align.AlignRight, mark)
    painter.restore()
