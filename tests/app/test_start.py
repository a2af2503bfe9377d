"""What the first window must not load: each of these makes a person wait for what nobody asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LATER = (
    "av", "cv2", "scipy", "soundfile", "jinja2", "opentimelineio", "pysubs2", "pyqtgraph",
    "PySide6.QtMultimedia", "sync.adjustment.adjust", "sync.adjustment.questions",
    "sync.media.frames", "sync.media.sound", "sync.media.inspect", "sync.interchange.table",
    "sync.correlate.search", "sync.report.review_plan",
)  # fmt: skip

_PROGRAM = """
import sys
from app.bootstrap import make_window
from PySide6.QtWidgets import QApplication
app = QApplication([])
window = make_window(app)
window.show()
app.processEvents()
print("shown", window.isVisible(), *(name for name in {later!r} if name in sys.modules))
window.close()
"""


def test_the_first_window_loads_nothing_that_only_a_case_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(later=LATER)],
        capture_output=True, text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "TIEPOINT_SETTINGS": str(tmp_path / "s")},
    )  # fmt: skip
    assert done.stdout.strip() == "shown True", done.stderr
