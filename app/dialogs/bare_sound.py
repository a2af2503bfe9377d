"""What a file without a head holds, when a person knows."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.errors import EvidenceError
from sync.media.raw_sound import RawSound

_CODINGS: list[tuple[str, object]] = [
    ("μ-law (telephone, North America, Japan)", "mulaw"),
    ("A-law (telephone, elsewhere)", "alaw"),
    ("16 bits, low byte first", "s16le"),
    ("16 bits, high byte first", "s16be"),
    ("8 bits, silence at 128", "u8"),
    ("8 bits, silence at 0", "s8"),
    ("24 bits, low byte first", "s24le"),
    ("32 bits, low byte first", "s32le"),
    ("32-bit floating point", "f32le"),
    ("64-bit floating point", "f64le"),
]


class BareSound(Form[RawSound]):
    """Coding, rate and channels of a file that does not say them itself."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(
            parent, f"What {name} holds",
            "The file does not say what it is. If it is bare sound, state how it was recorded; "
            "the report prints that a person stated it. Another rate would stretch all its times.",
            ok="Add it",
        )  # fmt: skip
        self.coding = self.add_choice("Coding", _CODINGS, "mulaw")
        self.rate = self.add_line("Samples a second", "8000", "8000")
        self.channels = self.add_line("Channels", "1", "1")
        self.reads(self._value)

    def _value(self) -> RawSound:
        fields = (self.coding.currentData(), self.rate.text(), self.channels.text())
        try:
            return RawSound.typed(",".join(str(field).strip() for field in fields))
        except ValueError as error:
            raise EvidenceError(
                "Samples a second and channels are whole numbers, at least 1.",
                hint="A telephone logger has 8000 and 1.",
            ) from error

    @classmethod
    def ask(cls, parent: QWidget | None, name: str) -> RawSound | None:
        """What was stated, or ``None``."""
        return cls(parent, name).run()
