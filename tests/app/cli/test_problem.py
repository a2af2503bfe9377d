"""Errors in words."""

from __future__ import annotations

import inspect

import pytest

from app.problem import _WORDS, describe
from sync import errors
from sync.errors import MediaEmpty, TiepointError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, TiepointError) and kind is not TiepointError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_what_it_means(kind: type[TiepointError]) -> None:
    assert kind in _WORDS
    problem = describe(kind("It went wrong."))
    assert problem.what_happened == "It went wrong."
    assert problem.what_it_means
    assert problem.code == kind.code


def test_the_hint_of_an_error_goes_first() -> None:
    problem = describe(MediaEmpty("Nothing in it.", path="a.mp4", hint="Ask again."))
    assert problem.what_to_do == "Ask again."
    assert problem.path == "a.mp4"


def test_errors_of_the_system() -> None:
    problem = describe(FileNotFoundError(2, "No such file or directory", "/x/out.csv"))
    assert problem.code == "storage"
    assert "out.csv" in problem.what_happened
    assert problem.what_to_do == "Make the folder first, or choose another."
    full = describe(OSError(28, "No space left on device", "/x/out.csv"))
    assert "Free some space" in full.what_to_do
    assert describe(MemoryError()).code == "memory"


def test_unforeseen_is_an_apology_without_a_traceback() -> None:
    problem = describe(RuntimeError("a\nb" * 300))
    assert problem.code == "internal"
    assert problem.what_happened.startswith("Sorry")
    assert "\n" not in problem.what_happened
    assert len(problem.what_happened) < 300
