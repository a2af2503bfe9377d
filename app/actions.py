"""Every act the window offers, in one table: id, text, keys, tip, menu, and when it can be done.

The menus, the tools row, the key sheet (``?``) and the tests are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.holding import STEPS, SYSTEM, HeldAction

When = Literal[
    "always", "case", "writable", "saveable", "sources", "both", "event", "draft", "closing",
    "candidate", "undo", "redo",
]  # fmt: skip
FocusKind = Literal["work", "text", "table", "control"]
_MOVES = (
    "Return", "Enter", "Space", "Up", "Down", "Left", "Right", "Home", "End", "Shift+Left",
    "Shift+Right",
)  # fmt: skip
_OWN_KEYS: dict[FocusKind, frozenset[str]] = {
    "work": frozenset(),
    "text": frozenset(),  # everything without Ctrl, Alt or a function key: see keys_for
    "table": frozenset([*_MOVES, "Ctrl+C"]),
    "control": frozenset(_MOVES),
}
"""Keys that belong to the widget with the keyboard, not to the window."""
_TEXT_KEEPS = frozenset(
    ["Ctrl+C", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+Left", "Ctrl+Right", "Esc", "Alt+M"]
)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One row of the table."""

    id: str
    text: str
    keys: tuple[str, ...]
    tip: str
    menu: str
    when: When = "always"


def _a(id: str, text: str, keys: str, tip: str, menu: str, when: When = "always") -> ActionSpec:
    return ActionSpec(id, text, tuple(keys.split()), tip, menu, when)


ACTIONS: tuple[ActionSpec, ...] = (
    # -- file ---------------------------------------------------------------------------------
    _a("new", "New case …", "Ctrl+N", "Make a new case", "File"),
    _a("open", "Open …", "Ctrl+O", "Open a case", "File"),
    _a("sample", "Open the sample case", "", "Make the sample case in a folder and open it",
       "File"),
    _a("add_media", "Add media …", "Ctrl+M", "Add recordings to the case; files are never changed",
       "File", "writable"),
    _a("origin", "Where it came from …", "",
       "Item number of the focused recording, from whom, when and how, native or copy", "File",
       "both"),
    _a("save", "Save", "Ctrl+S", "Write the case file", "File", "writable"),
    _a("save_as", "Save as …", "Ctrl+Shift+S", "Go on in a copy at another place", "File",
       "saveable"),
    _a("export", "Export …", "Ctrl+E", "Write times and their ranges for other programs", "File",
       "case"),
    _a("report", "Report …", "Ctrl+Shift+P", "Write the report: everything the answers rest on",
       "File", "case"),
    _a("review", "Review video …", "",
       "Write the recordings in step as a video, for showing: it is no evidence", "File", "case"),
    _a("bundle", "Hand over …", "",
       "Write case, report, tables and recordings as a bundle that can be checked", "File", "case"),
    _a("save_picture", "Save this picture …", "Ctrl+Alt+S",
       "Write the focused picture as PNG in its own pixels, with its times", "File", "sources"),
    _a("close_case", "Close the case", "Ctrl+W", "Close the case; the program stays open", "File",
       "case"),
    _a("quit", "Quit", "Ctrl+Q", "Close the program; acts are in the log already", "File"),
    # -- edit ---------------------------------------------------------------------------------
    _a("undo", "Undo", "Ctrl+Z", "Take the last act back; the log keeps both", "Edit", "undo"),
    _a("redo", "Redo", "Ctrl+Shift+Z Ctrl+Y", "Do the act again that was taken back", "Edit",
       "redo"),
    _a("copy", "Copy with range and conditions", "Ctrl+C",
       "Copy the answer, clock or time shown, never without its range", "Edit", "case"),
    _a("who_signs", "Who signs …", "", "The name that stands under acts and evidence from now on",
       "Edit"),
    _a("set_aside", "Set aside …", "Del", "Leave out the selected evidence, with a reason", "Edit",
       "writable"),
    _a("restore", "Take back in", "Shift+Del", "Use evidence again that was set aside", "Edit",
       "writable"),
    # -- mark ---------------------------------------------------------------------------------
    _a("mark", "Mark", "M Alt+M",
       "Draft a mark here: between the picture before and this one; Alt suspends snapping", "Mark",
       "both"),
    _a("accept", "Accept", "Return Enter", "Accept the draft, or take the next step", "Mark",
       "event"),
    _a("next_source", "Next recording for this event", "N",
       "Go to the next recording that could show the open event", "Mark", "event"),
    _a("nudge_back", "Selected mark earlier", "Alt+Left",
       "The selected mark one picture earlier (sound: 10 ms): a revised mark, the log keeps both",
       "Mark", "both"),
    _a("nudge", "Selected mark later", "Alt+Right",
       "The selected mark one picture later (sound: 10 ms): a revised mark, the log keeps both",
       "Mark", "both"),
    _a("only_after", "Not before this", "[", "One-sided, a limit: only the earliest end is known",
       "Mark", "draft"),
    _a("only_before", "Already happened here", "]",
       "One-sided, a limit: only the latest end is known", "Mark", "draft"),
    _a("same", "Same instant", "Y", "On the closing card: both marks are the same instant", "Mark",
       "closing"),
    _a("delayed", "Same, with a delay …", "D",
       "On the closing card: the same happening, late by a stated delay", "Mark", "closing"),
    _a("speaking", "Somebody speaking about it", "S",
       "On the closing card: speech about an event is not the event; a limit, no tie", "Mark",
       "closing"),
    _a("limit", "Limit: selected is before …", "B",
       "State that one thing was before, after, or within a time of another, and why", "Mark",
       "both"),
    _a("peek", "Look at the covered answers", "H",
       "Hold: look at the answers while marking; that you did is logged", "Mark", "event"),
    _a("escape", "Leave", "Esc",
       "Drop the draft, close the open event, or go back to the recording", "Mark"),
    _a("annotate", "Remark …", "Shift+M", "Words at the playhead: no evidence, found with Ctrl+F",
       "Mark", "both"),
    # -- correlate ----------------------------------------------------------------------------
    _a("search", "Search", "C", "Search the focused recording against the chosen one", "Correlate",
       "sources"),
    _a("all_pairs", "Search all pairs", "", "Search every pair of recordings, as one family",
       "Correlate", "both"),
    _a("accept_candidate", "Accept the possible match", "A",
       "Says what would be added; Enter adds it", "Correlate", "candidate"),
    _a("blind_check", "Blind check of the possible match", "Shift+A",
       "Tell it from three decoys, five times, without knowing which it is", "Correlate",
       "candidate"),
    _a("reject_candidate", "Reject the possible match", "X", "Keep it as rejected", "Correlate",
       "candidate"),
    _a("leave_candidate", "Leave the possible match undecided", "U", "Nothing is added",
       "Correlate", "candidate"),
    # -- clocks -------------------------------------------------------------------------------
    _a("reference", "Reference clock …", "Ctrl+R", "Choose the clock all times are stated on",
       "Clocks", "writable"),
    _a("reading", "Read clock …", "T", "Type what a clock showed at the picture under the playhead",
       "Clocks", "both"),
    _a("clock_check", "Clock check …", "Ctrl+T", "Two clocks looked at together: what each showed",
       "Clocks", "writable"),
    _a("log_time", "Log time …", "Ctrl+L",
       "When a log has an event: stamped by the machine, or typed by a person", "Clocks",
       "writable"),
    _a("delay", "Delays …", "Ctrl+D", "By how much a path is late: list, add, change", "Clocks",
       "writable"),
    _a("break", "Break here …", "Ctrl+K",
       "The recording's time is interrupted at the playhead: a new stretch begins", "Clocks",
       "both"),
    _a("known_gap", "Length of a gap …", "Ctrl+Shift+K",
       "State how much time is missing at a break", "Clocks", "both"),
    _a("calculate", "Calculate again", "F5", "Calculate clocks and answers from the evidence",
       "Clocks", "writable"),
    _a("ask", "Ask …", "Q", "Ask which of two instants came first", "Clocks", "writable"),
    _a("next_anchor", "Where the next anchor helps most", "Shift+N",
       "Go where one more anchor would narrow the open answer most", "Clocks",
       "sources"),
    # -- play ---------------------------------------------------------------------------------
    _a("play", "Play / pause", "Space", "Play or pause", "Play", "sources"),
    _a("reverse", "Backwards", "J", "Play backwards; again: faster", "Play", "sources"),
    _a("stop", "Stop", "K", "Stop where it is", "Play", "sources"),
    _a("forward", "Forwards", "L", "Play forwards; again: faster", "Play", "sources"),
    _a("step_back", "One picture back", "Left", "Previous picture of the focused recording",
       "Play", "sources"),
    _a("step", "One picture on", "Right", "Next picture of the focused recording", "Play",
       "sources"),
    _a("frame_back", "One file frame back", "Ctrl+Left", "Previous frame of the file (sound: 1 ms)",
       "Play", "sources"),
    _a("frame", "One file frame on", "Ctrl+Right", "Next frame of the file (sound: 1 ms)", "Play",
       "sources"),
    _a("second_back", "One second back", "Shift+Left",
       "One second back; on a draft: widen it to earlier", "Play", "sources"),
    _a("second", "One second on", "Shift+Right",
       "One second on; on a draft: widen it to later", "Play", "sources"),
    _a("any_back", "Previous picture of any clip", ",", "Previous picture edge of any linked clip",
       "Play", "sources"),
    _a("any", "Next picture of any clip", ".", "Next picture edge of any linked clip", "Play",
       "sources"),
    _a("previous_mark", "Previous anchor", "Up", "Go to the mark before", "Play", "sources"),
    _a("next_mark", "Next anchor", "Down", "Go to the next mark", "Play", "sources"),
    _a("to_start", "Start", "Home", "Go to the start", "Play", "sources"),
    _a("to_end", "End", "End", "Go to the end", "Play", "sources"),
    _a("go_to", "Go to time …", "Ctrl+G", "Type a time and go there", "Play", "sources"),
    _a("set_in", "In", "I", "Begin of the range to play", "Play", "sources"),
    _a("set_out", "Out", "O", "End of the range to play", "Play", "sources"),
    _a("go_in", "Go to in", "Shift+I", "Go to the in point", "Play", "sources"),
    _a("go_out", "Go to out", "Shift+O", "Go to the out point", "Play", "sources"),
    _a("loop", "Loop", "R", "Repeat ± 0.5 s about the selected mark; again ± 2 s; again off",
       "Play", "sources"),
    _a("snap", "Snap", "S", "Snap to picture edges and onsets, on or off", "Play", "sources"),
    _a("own_time", "On its own time", "W",
       "Look at the focused recording on its own time, or on the reference clock again", "Play",
       "sources"),
    _a("pitch_kept", "Keep the pitch", "P",
       "Slow and fast sound at its own pitch, for speech: do not mark onsets by ear", "Play",
       "sources"),
    _a("slower", "Slower", "-", "Half the speed, down to 1/8", "Play", "sources"),
    _a("faster", "Faster", "+", "Twice the speed, up to 8", "Play", "sources"),
    # -- view ---------------------------------------------------------------------------------
    _a("close_up", "Close-up", "Z", "Eight pictures across, and back", "View", "sources"),
    _a("fit", "Fit all", "F", "Show everything that is linked", "View", "sources"),
    _a("fit_selection", "Fit selection", "Shift+F",
       "Show the range dragged in a lane, else in to out", "View", "sources"),
    _a("previous_view", "Previous view", "Backspace", "The view before", "View", "sources"),
    _a("zoom_in", "Closer", "Ctrl++ Ctrl+=", "Closer about the playhead", "View", "sources"),
    _a("zoom_out", "Wider", "Ctrl+-", "Wider about the playhead", "View", "sources"),
    _a("lane_view", "Motion, waveform, spectrogram", "",
       "The focused lane shows the next of them; its menu (right click) has the channels too",
       "View", "sources"),
    _a("pane_closer", "Picture closer", "Alt++ Alt+=",
       "Closer to the focused picture, to 16 times its pixels (Ctrl+wheel over it)", "View",
       "sources"),
    _a("pane_wider", "Picture wider", "Alt+-", "Wider, until all of the focused picture is seen",
       "View", "sources"),
    _a("pane_left", "Picture: further left", "Ctrl+Shift+Left",
       "Further left in a close picture (drag it)", "View", "sources"),
    _a("pane_right", "Picture: further right", "Ctrl+Shift+Right",
       "Further right in a close picture", "View", "sources"),
    _a("pane_up", "Picture: further up", "Ctrl+Shift+Up", "Further up in a close picture", "View",
       "sources"),
    _a("pane_down", "Picture: further down", "Ctrl+Shift+Down", "Further down in a close picture",
       "View", "sources"),
    _a("pane_view", "Picture brightness, contrast, gamma …", "V",
       "Look at the focused picture brighter or otherwise; never saved into evidence", "View",
       "sources"),
    _a("pane_reset", "Picture as recorded", "Shift+V",
       "The whole of the focused picture with its own levels", "View", "sources"),
    _a("earliest", "Earliest consistent view", "G",
       "Hold: every pane shows the earliest picture that may belong to this instant", "View",
       "sources"),
    _a("latest", "Latest consistent view", "Shift+G",
       "Hold: every pane shows the latest picture that may belong to this instant", "View",
       "sources"),
    _a("panes", "Panes …", "Ctrl+Alt+P", "Choose which recordings have a pane on the wall", "View",
       "sources"),
    _a("hide_pane", "Hide from the wall", "",
       "The focused recording has no pane; it stays in the case", "View", "sources"),
    _a("wall_window", "Pictures on the other screen", "F11",
       "The wall in its own window, on the other screen where there is one, and back", "View",
       "sources"),
    _a("inspector", "Inspector", "Ctrl+I", "Show or hide the inspector", "View"),
    _a("sources", "Sources", "Ctrl+B", "Show or hide the list of recordings", "View"),
    _a("checklist", "Checklist", "", "Show or hide the steps of a new case", "View", "case"),
    _a("next_pane", "Next part of the window", "F6", "Move the keyboard to the next part", "View"),
    _a("previous_pane", "Previous part of the window", "Shift+F6",
       "Move the keyboard to the part before", "View"),
    _a("look", "Look", "Ctrl+F1", "Workspace: pictures large", "View"),
    _a("mark_space", "Mark", "Ctrl+F2", "Workspace: the focused recording large", "View"),
    _a("answer", "Answer", "Ctrl+F3", "Workspace: answers and tables large", "View"),
    _a("theme", "Dark / light", "Ctrl+Shift+L", "Change between dark and light", "View"),
    _a("preferences", "Preferences …", "Ctrl+,", "What holds for every case: theme, times, cache",
       "Edit"),
    _a("find", "Find", "Ctrl+F", "Filter the evidence, or the remarks in front", "Edit",
       "case"),
    _a("keys", "Keys", "? F1", "Show what every key does", "Help"),
    _a("about", "About Tiepoint", "", "Versions and licences, to copy", "Help"),
    *(
        _a(f"focus_{n}", f"Recording {n}", str(n), f"Focus recording {n}", "View", "sources")
        for n in range(1, 10)
    ),
)  # fmt: skip

KEY_WORDS = {
    "Return": "⏎", "Enter": "⏎", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓",
    "Backspace": "⌫", "Space": "Space",
}  # fmt: skip


def key_text(key: str) -> str:
    """``Shift+Left`` as people read it: ``Shift+←``."""
    head, plus, last = key.rpartition("+")
    if not last:  # the key is "+" itself
        return key
    return head + plus + KEY_WORDS.get(last, last)


def keys_text(spec: ActionSpec) -> str:
    """All keys of an action, each once."""
    return ", ".join(dict.fromkeys(key_text(key) for key in spec.keys))


def keys_for(spec: ActionSpec, kind: FocusKind) -> tuple[str, ...]:
    """The keys of an action while a widget of this kind has the keyboard."""
    if spec.when == "closing":  # belong to the closing card, which is a window of its own
        return ()
    if kind == "text":
        return tuple(
            key for key in spec.keys
            if key not in _TEXT_KEEPS and (key.startswith(("Ctrl+", "Alt+")) or _function_key(key))
        )  # fmt: skip
    return tuple(key for key in spec.keys if key not in _OWN_KEYS[kind])


def _function_key(key: str) -> bool:
    last = key.rpartition("+")[2]
    return len(last) > 1 and last[0] == "F" and last[1:].isdigit()


class Actions(QObject):
    """The table as ``QAction`` objects of one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._made: dict[str, QAction] = {}
        self._kind: FocusKind = "work"
        for spec in ACTIONS:
            held = spec.id in STEPS or spec.id == "stop"
            action = (
                HeldAction(spec.text, window, steps=spec.id in STEPS)
                if held else QAction(spec.text, window)
            )  # fmt: skip
            if not held:
                action.setAutoRepeat(spec.id in SYSTEM)
            action.setObjectName(spec.id)
            keys = keys_text(spec)
            action.setToolTip(f"{spec.tip} ({keys})" if keys else spec.tip)
            action.setStatusTip(spec.tip)
            action.setShortcuts([QKeySequence(key) for key in keys_for(spec, "work")])
            window.addAction(action)
            self._made[spec.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def connect_all(self, slots: Mapping[str, Callable[[], object]]) -> None:
        """Say what each action does; every action of the table must be given."""
        missing = {spec.id for spec in ACTIONS if spec.when != "closing"} - set(slots)
        if missing:
            raise ValueError(f"no slot for {', '.join(sorted(missing))}")
        for action_id, slot in slots.items():
            self._made[action_id].triggered.connect(lambda _=False, do=slot: do())

    def set_states(self, holds: Mapping[When, bool]) -> None:
        """Enable what can be done."""
        for spec in ACTIONS:
            self._made[spec.id].setEnabled(holds.get(spec.when, False))

    def set_focus_kind(self, kind: FocusKind) -> None:
        """Give keys to the widget that has the keyboard, where they are its own."""
        if kind == self._kind:
            return
        self._kind = kind
        for spec in ACTIONS:
            self._made[spec.id].setShortcuts([QKeySequence(key) for key in keys_for(spec, kind)])
