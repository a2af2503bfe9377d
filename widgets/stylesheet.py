"""The style sheet, as a template over the names of :class:`widgets.theme.Theme`."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_TEMPLATE = Template("""
QMainWindow, QDialog { background: $ground; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
QFrame#panel { background: $panel; border: none; }
QFrame#ground { background: $ground; border: none; }
QFrame#bar { background: $raised; border: none; border-top: 1px solid $line; }
QFrame#card { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame#card[act="true"] { border: 1px solid $act; background: $act_soft; }
QFrame#card[disagree="true"] { border: 1px solid $disagree; background: $disagree_soft; }
QFrame#card[chosen="true"] { border: 1px solid $linked; background: $linked_soft; }
QFrame#banner { background: $act; border-radius: 4px; }
QFrame#banner QLabel { color: $on_act; font-weight: 600; }
QFrame#rule { background: $line; border: none; max-height: 1px; min-height: 1px; }

QLabel { background: transparent; }
QLabel[role="heading"] { color: $secondary; font-size: 12px; font-weight: 600; }
QLabel[role="title"] { font-size: 15px; font-weight: 600; }
QLabel[role="headline"] { font-size: 19px; font-weight: 600; }
QLabel[role="secondary"] { color: $secondary; }
QLabel[role="faint"] { color: $faint; font-size: 12px; }
QLabel[role="linked"] { color: $linked; }
QLabel[role="act"] { color: $act; }
QLabel[role="disagree"] { color: $disagree; }
QLabel[role="mono"] { font-family: $mono; color: $secondary; }

QPushButton { background: $panel; border: 1px solid $line; border-radius: 6px;
  padding: 4px 11px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 1px solid $linked; }
QPushButton:disabled { color: $faint; }
QPushButton[act="true"] { background: $act; color: $on_act; border: 1px solid $act;
  font-weight: 600; }
QPushButton[act="true"]:focus { border: 2px solid $text; padding: 3px 10px; }
QPushButton[act="true"]:disabled { background: $panel; color: $faint; border-color: $line; }
QPushButton[flat="true"] { background: transparent; border: 1px solid transparent;
  color: $secondary; padding: 3px 6px; }
QPushButton[flat="true"]:hover { color: $text; }
QPushButton[flat="true"]:focus { border: 1px solid $linked; }
QPushButton[flat="true"]:checked { color: $act; font-weight: 600; }
QPushButton[link="true"] { background: transparent; border: 1px solid transparent; color: $act;
  padding: 2px 4px; font-weight: 600; }
QPushButton[link="true"]:focus { border: 1px solid $linked; }
QToolButton { background: $panel; border: 1px solid $line; border-radius: 6px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:focus { border: 1px solid $linked; }
QToolButton[act="true"] { background: $act; border: 1px solid $act; }
QToolButton[act="true"]:focus { border: 2px solid $text; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit { background: $ground;
  border: 1px solid $line; border-radius: 4px; padding: 3px 6px; min-height: 18px;
  selection-background-color: $linked_soft; selection-color: $text; }
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: $linked; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; }
QComboBox::drop-down { border: none; width: 20px; }
QListView { background: transparent; border: none; outline: none; }
QListWidget { background: $ground; border: 1px solid $line; border-radius: 4px; padding: 3px; }
QListWidget:focus { border-color: $linked; }
QListWidget::item:disabled { color: $faint; }
QTableView { background: $panel; border: 1px solid $line; border-radius: 4px; outline: none;
  gridline-color: $line; alternate-background-color: $panel;
  selection-background-color: $linked_soft; selection-color: $text; }
QTableView::item { padding: 2px 3px; border: none; border-bottom: 1px solid $line; }
QTableView::item:selected { background: $linked_soft; color: $text; }
QHeaderView { background: $raised; border: none; }
QHeaderView::section { background: $raised; color: $secondary; border: none;
  border-bottom: 1px solid $line; padding: 4px 6px; font-weight: 600; font-size: 12px; }
QTableCornerButton::section { background: $raised; border: none; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#scrolled { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; min-height: 24px; min-width: 24px;
  margin: 1px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: $panel; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $secondary; padding: 7px 12px;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $act; font-weight: 600; }
QTabBar::tab:hover { color: $text; }
QMenuBar { background: $panel; color: $secondary; }
QMenuBar::item { padding: 6px 10px; background: transparent; }
QMenuBar::item:selected { color: $text; background: $raised; }
QMenu { background: $raised; border: 1px solid $line; padding: 4px 0; }
QMenu::item { padding: 5px 28px 5px 20px; }
QMenu::item:selected { background: $linked_soft; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QStatusBar { background: $panel; color: $secondary; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px;
  min-height: 6px; }
QProgressBar::chunk { background: $act; border-radius: 3px; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QCheckBox { spacing: 6px; }
""")


def stylesheet(colours: Mapping[str, str]) -> str:
    """The style sheet with ``colours`` filled in; a missing name is an error."""
    return _TEMPLATE.substitute(colours)
