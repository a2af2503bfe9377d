"""Work in the background: values in, values out, and nothing outlives the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import Job, Jobs
from sync.errors import MediaMissing
from sync.progress import Progress


@pytest.fixture
def jobs(qapp: object) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.close()
    made.deleteLater()


def test_a_value_comes_back_on_the_windows_thread(qtbot: QtBot, jobs: Jobs) -> None:
    threads: list[threading.Thread] = []
    values: list[object] = []

    def work(progress: Progress) -> int:
        threads.append(threading.current_thread())
        progress.report(0.5, "half")
        return 7

    job = jobs.start("Counting", work)
    job.finished.connect(lambda value: values.append((value, threading.current_thread())))
    with qtbot.waitSignal(jobs.ended):
        pass
    assert values == [(7, threading.main_thread())]
    assert threads[0] is not threading.main_thread()
    assert jobs.idle


def test_an_error_comes_back_as_it_is(qtbot: QtBot, jobs: Jobs) -> None:
    def work(progress: Progress) -> None:
        raise MediaMissing("gone.mp4 is not there.")

    job = jobs.start("Reading", work)
    with qtbot.waitSignal(job.failed) as told:
        pass
    assert isinstance(told.args[0], MediaMissing)


def test_progress_and_cancel(qtbot: QtBot, jobs: Jobs) -> None:
    go_on = threading.Event()

    def work(progress: Progress) -> None:
        progress.report(0.25, "reading")
        while not go_on.wait(0.005):
            progress.report(0.25, "reading")

    job = jobs.start("Reading", work)
    with qtbot.waitSignal(job.progressed) as told:
        pass
    assert told.args == [0.25, "reading"]
    assert job.seconds_left is not None
    job.cancel()
    with qtbot.waitSignal(job.cancelled):
        pass
    assert job.state == "cancelled"


def test_a_result_of_other_inputs_is_marked(qtbot: QtBot, jobs: Jobs) -> None:
    inputs = ["before"]
    seen: list[bool] = []
    wait = threading.Event()
    job = jobs.start("Searching", lambda progress: wait.wait(10), still=lambda: inputs[0])
    job.finished.connect(lambda _: seen.append(job.outdated))
    inputs[0] = "after"
    wait.set()
    with qtbot.waitSignal(jobs.ended):
        pass
    assert seen == [True]


def test_quick_work_does_not_wait_for_heavy_work(qtbot: QtBot, jobs: Jobs) -> None:
    hold = threading.Event()
    jobs.start("Reading", lambda progress: hold.wait(20))
    quick = jobs.start("Calculating", lambda progress: 1, line="quick")
    with qtbot.waitSignal(quick.finished):
        pass
    assert [job.title for job in jobs.active] == ["Reading"]
    hold.set()
    qtbot.waitUntil(lambda: jobs.idle)


def test_heavy_work_is_done_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    order: list[int] = []
    for number in range(4):
        jobs.start("Reading", lambda progress, n=number: order.append(n))
    qtbot.waitUntil(lambda: jobs.idle)
    assert order == [0, 1, 2, 3]


def test_a_job_cancelled_before_it_began_never_runs(qtbot: QtBot, jobs: Jobs) -> None:
    hold, ran = threading.Event(), []
    jobs.start("Reading", lambda progress: hold.wait(20))
    second = jobs.start("Reading", lambda progress: ran.append(1))
    second.cancel()
    hold.set()
    with qtbot.waitSignal(second.cancelled):
        pass
    assert ran == []


def test_closing_stops_what_runs(qapp: object) -> None:
    jobs, begun = Jobs(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress.report(0.1)

    job: Job = jobs.start("Reading", work)
    assert begun.wait(10)
    assert jobs.close()
    assert job.token.cancelled
    assert jobs.start("Too late", lambda progress: 1).token.cancelled
    jobs.deleteLater()
