"""Delays: by how much a path is late. All of the case in a list; one in a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.dialogs.form import SPREADS, Form, typed_duration, typed_spread
from sync.case.acts import ensure_delay
from sync.case.case import Case, Source
from sync.case.delays import (
    RADIO_CHAIN_KEY,
    picture_to_sound,
    radio_chain,
    sound_travel,
    with_delay,
)
from sync.case.naming import ids_in, readable_id
from sync.errors import EvidenceError
from sync.evidence import Delay, Lag, Mark, Reading, takes_part
from sync.timebase import Duration, format_seconds, parse_time_ns
from sync.uncertainty import Distribution, format_pair
from widgets.parts import button, label
from widgets.table import Table
from widgets.table_rows import Cell, Column

_OWN = ("travel", "vocoder", "typed")
_NAMES = {"travel": "sound over a distance", "vocoder": "vocoder", "typed": ""}
COLUMNS = (
    Column(title="delay", most_px=360),
    Column(title="late by s", number=True, tip="Positive: the stream shows or hears it late"),
    Column(title="known to", tip="Anywhere within ±, or a 95 % range", most_px=200),
    Column(title="named by", number=True, tip="How many observations share it"),
    Column(title="status"),
)


class StateDelay(Form[tuple[Case, str]]):
    """By how much a path is late: a preset, one of the case, or typed values."""

    def __init__(
        self, parent: QWidget | None, case: Case, text: str, *, known: bool = True
    ) -> None:
        super().__init__(parent, "Delay", text, ok="Use this delay" if known else "Add the delay")
        self._case = case
        self.kind = self.add_choice("Delay", _choices(case, known))
        self.name = self.add_line("Name", hint="radio of unit 4")
        self.amount, self.half = QLineEdit(), QLineEdit()
        self.add_pair("Late by", self.amount, self.half, "±")
        self.unit = self.add_choice("In", [("seconds", "s"), ("metres of air", "m")])
        self.kind.currentIndexChanged.connect(self._show_kind)
        self._show_kind()
        self.reads(self._value)

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        own = kind in _OWN
        for field in (self.name, self.amount, self.half):
            field.setEnabled(own)
        self.unit.setEnabled(False)
        self.unit.setCurrentIndex(1 if kind == "travel" else 0)
        if own:
            self.name.setText(_NAMES[kind])
            self.amount.clear()
            self.half.clear()
            return
        shown = self._chosen(kind)
        self.name.setText(shown.name)
        self.amount.setText(f"{shown.value.s:g}")
        self.half.setText(f"{shown.distribution.stated_half:g}")

    def _chosen(self, kind: object) -> Delay:
        """The preset, or the delay of the case."""
        if kind == "radio":
            return radio_chain(by=self.author(self._case))
        assert isinstance(kind, tuple)
        if kind[0] == "device":
            return _of_device(self._case.source(str(kind[1])), by=self.author(self._case))
        found = self._case.find(str(kind[1]))
        assert isinstance(found, Delay)
        return found

    def _value(self) -> tuple[Case, str]:
        kind, by = self.kind.currentData(), self.author(self._case)
        if kind not in _OWN:
            chosen = self._chosen(kind)
            return with_delay(self._case, chosen), chosen.key
        name = self.name.text().strip() or "delay"
        key = readable_id(name, ids_in(self._case), "delay")
        if kind == "travel":
            metres = [parse_time_ns(f.text()) / 1e9 for f in (self.amount, self.half)]
            travel = sound_travel(key, metres[0], metres[1], name=name, by=by)
            return with_delay(self._case, travel), key
        spread = _within(typed_duration(self.half))
        value = typed_duration(self.amount)
        return ensure_delay(self._case, key, name, value, spread, by=by), key

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, text: str, *, known: bool = True
    ) -> tuple[Case, str] | None:
        """The case that holds the delay, and its key; or ``None``."""
        return cls(parent, case, text, known=known).run()


class ChangeDelay(Form[Case]):
    """Another value for a delay of the case: every observation that names it follows."""

    def __init__(self, parent: QWidget | None, case: Case, delay: Delay) -> None:
        super().__init__(
            parent, f"Change “{delay.name}”",
            "One value for everything that names this delay. The log keeps the former one.",
            ok="Change it",
        )  # fmt: skip
        self._case, self._delay = case, delay
        shown = format_pair(delay.value.s, delay.distribution.stated_half)
        self.amount, self.half = QLineEdit(f"{delay.value.s:g}"), QLineEdit(shown[1])
        self.add_pair("Late by, s", self.amount, self.half, "±")
        shape = "normal" if delay.distribution.half is None else "rectangular"
        self.shape = self.add_choice("Known to", SPREADS, shape)
        self.why = self.add_line("How known", delay.provenance.note, "measured on the radio, 3 May")
        self.starts_in(self.amount)
        self.amount.selectAll()
        self.reads(self._value)

    def _value(self) -> Case:
        spread, value = typed_spread(self.half, self.shape), typed_duration(self.amount)
        provenance = replace(
            self._delay.provenance, by=self.author(self._case), method="manual",
            note=self.why.text().strip(),
        )  # fmt: skip
        changed = replace(self._delay, value=value, distribution=spread, provenance=provenance)
        return self._case.with_evidence(changed)

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, delay: Delay) -> Case | None:
        """The case with the delay changed, or ``None``."""
        return cls(parent, case, delay).run()


class Delays(QDialog):
    """All delays of the case; what is added or changed is an act of its own."""

    def __init__(
        self, parent: QWidget | None, case: Callable[[], Case], act: Callable[[Case, str], None]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Delays")
        self.resize(820, 380)
        self._case, self._act = case, act
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label("Delays", "title"))
        column.addWidget(
            label("By how much a path is late: one value, shared by every observation that names "
                  "it. None is assumed to be zero.", "secondary")
        )  # fmt: skip
        self.table = Table(
            COLUMNS, "Delays",
            empty="No delay is stated yet: add the radio chain, a vocoder, sound over a distance, "
            "or picture to sound of one device.",
        )  # fmt: skip
        self.table.set_note(
            "One value each, shared by every observation that names it. ± as stated."
        )
        self.table.activated.connect(self.change)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        self.add_button = button("Add …", act=True)
        self.change_button = button("Change …", tip="Enter on a row")
        close = button("Close", tip="Esc")
        self.add_button.clicked.connect(self.add)
        self.change_button.clicked.connect(lambda: self.change(self.table.current()))
        close.clicked.connect(self.accept)
        row.addWidget(self.add_button)
        row.addWidget(self.change_button)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        for made in (self.change_button, close):
            made.setAutoDefault(False)
        self._show()

    def add(self) -> None:
        """State another one."""
        found = StateDelay.ask(self, self._case(), "One value, shared by every mark that names it.",
                               known=False)  # fmt: skip
        if found is not None:
            self._act(found[0], f"state the delay {found[1]}")
            self._show(found[1])

    def change(self, key: str | None) -> None:
        """Give one another value."""
        delay = self._case().find(key or "")
        if isinstance(delay, Delay):
            found = ChangeDelay.ask(self, self._case(), delay)
            if found is not None:
                self._act(found, f"change the delay {delay.key}")
                self._show(delay.key)

    def _show(self, chosen: str | None = None) -> None:
        case = self._case()
        delays = case.of_kind(Delay)
        self.table.set_rows([_row(case, delay) for delay in delays], [d.key for d in delays])
        self.change_button.setEnabled(bool(delays))
        if delays:
            self.table.select(chosen or delays[0].key)
        (self.table.view if delays else self.add_button).setFocus()


def _choices(case: Case, known: bool) -> list[tuple[str, object]]:
    there = {delay.key: delay for delay in case.of_kind(Delay)}
    choices: list[tuple[str, object]] = []
    if RADIO_CHAIN_KEY not in there:
        choices.append(("radio chain: between 0 and 1 s", "radio"))
    if known:
        choices += [(f"{d.name} (in the case)", ("known", d.key)) for d in there.values()]
    choices += [("vocoder, typed", "vocoder"), ("sound over a distance", "travel")]
    for source in case.sources:
        both = source.facts.picture is not None and source.facts.sound is not None
        device = _of_device(source)
        if both and device.key not in there:
            half = format_seconds(Duration.from_s(device.distribution.stated_half).ns, 2)
            choices.append((f"picture to sound of {source.name}: within ± {half} s",
                            ("device", source.id)))  # fmt: skip
    return [*choices, ("another, typed", "typed")]


def _of_device(source: Source, *, by: str = "") -> Delay:
    sound = source.facts.sound
    return picture_to_sound(source.id, 0.0 if sound is None else sound.start_half.s, by=by)


def _within(half: Duration) -> Distribution:
    if half.ns <= 0:
        raise EvidenceError("Type a limit larger than 0: nothing is known exactly.")
    return Distribution.rectangular(half.s)


def _row(case: Case, delay: Delay) -> tuple[object, ...]:
    half = delay.distribution.stated_half
    shown, plus = format_pair(delay.value.s, half)
    how = "anywhere within" if delay.distribution.half is not None else "95 % range"
    used = sum(delay.key in _named(item) for item in case.evidence if takes_part(item))
    return (
        delay.name, Cell(shown, delay.value.s), Cell(f"± {plus} s, {how}", half), used,
        "in use" if takes_part(delay) else "set aside",
    )  # fmt: skip


def _named(item: object) -> tuple[str, ...]:
    """Keys of the delays an observation names."""
    if isinstance(item, (Mark, Reading)):
        return item.delays
    return (*item.delays_a, *item.delays_b) if isinstance(item, Lag) else ()
