"""A case on disk: nothing acknowledged is lost, nothing saved is spoilt, nothing is guessed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from sync.case.acts import mark_event, set_aside
from sync.case.case import Case
from sync.case.log import read_log, replay
from sync.case.paths import files_folder, log_path
from sync.case.schema import SCHEMA_VERSION, case_of
from sync.case.store import CaseStore, load_case, recover_case, relative_media_path
from sync.errors import (
    CaseDamaged,
    CaseError,
    CaseExists,
    CaseLocked,
    CaseMissing,
    CaseNewer,
    EvidenceError,
    StorageError,
)
from sync.evidence import Mark
from tests.sync.case.made import s, small_case

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "harrow.tiepoint"


def marked(case: Case, event: str) -> Case:
    return mark_event(
        case, event=event, source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )[0]


def in_another_process(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    start = "import os, sys\nfrom pathlib import Path\n" + textwrap.dedent(
        """
        from sync.case.store import CaseStore
        from tests.sync.case.made import small_case
        from tests.sync.case.test_store import marked
        path = Path(sys.argv[1])
        """
    )
    return subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(code), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# -- written by an earlier version ---------------------------------------------------------------


def test_acts_after_the_last_save_of_an_earlier_version_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("log", "schema", "snapshot"):
        monkeypatch.setattr(f"sync.case.{module}.SCHEMA_VERSION", SCHEMA_VERSION - 1)
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark door")
    monkeypatch.undo()
    with CaseStore.open(path) as store:
        assert [event.id for event in store.case.events] == ["door"]
        store.commit(marked(store.case, "bang"), "mark bang")
        store.save()
    assert [event.id for event in load_case(path).events] == ["door", "bang"]


# -- the usual way ------------------------------------------------------------------------------


def test_create_commit_save_and_open_again(path: Path) -> None:
    with CaseStore.create(path, small_case(), by="Mr Hale") as store:
        case = marked(store.case, "door")
        store.commit(case, "mark door", by="Mr Hale")
        assert store.unsaved == 1
        store.save()
        assert store.unsaved == 0
        assert store.head.seq == 2
    assert not path.with_name("harrow.tiepoint.lock").exists()
    with CaseStore.open(path) as again:
        assert again.case == case
        assert (again.recovered, again.torn_line, again.read_only) == (0, None, False)
        assert again.head == store.head
    entry = read_log(log_path(path)).entries[1]
    assert (entry.act, entry.by, entry.engine) == ("mark door", "Mr Hale", "0.1.0")
    assert load_case(path) == case


def test_a_new_case_is_given_an_id_and_a_date(path: Path) -> None:
    with CaseStore.create(path, Case(id="")) as store:
        assert store.case.id
        assert store.case.created.endswith("Z")
    assert load_case(path) == store.case


def test_nothing_changed_writes_nothing(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        before = log_path(path).read_bytes()
        store.commit(replace(store.case), "look")
        assert log_path(path).read_bytes() == before


def test_replay_of_the_log_is_the_case(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        for event in ("door", "flash", "bang"):
            store.commit(marked(store.case, event), f"mark {event}")
        store.commit(set_aside(store.case, "mark-2", "a lamp"), "set aside")
        store.commit(
            replace(store.case, evidence=store.case.evidence[1:], title="x"), "undo mark door"
        )
        assert case_of(replay(read_log(log_path(path)).entries)) == store.case


def test_unknown_keys_are_written_back_and_survive_recovery(path: Path) -> None:
    CaseStore.create(path, small_case()).close()
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, "from_the_future": [1, 2]}))
    with CaseStore.open(path) as store:
        store.commit(marked(store.case, "door"), "mark")
    with CaseStore.open(path) as store:
        assert store.recovered == 1
        assert store.case.unknown == {"from_the_future": [1, 2]}
        store.save()
    assert json.loads(path.read_bytes())["from_the_future"] == [1, 2]


# -- crashes ------------------------------------------------------------------------------------


def test_killed_after_commit_before_save(path: Path) -> None:
    done = in_another_process(
        """
        store = CaseStore.create(path, small_case())
        store.commit(marked(store.case, "door"), "mark door")
        store.commit(marked(store.case, "flash"), "mark flash")
        os._exit(9)
        """,
        path,
    )
    assert done.returncode == 9, done.stderr
    assert len(json.loads(path.read_bytes())["evidence"]) == 0
    with CaseStore.open(path) as store:  # the lock of the dead process is taken over
        assert store.recovered == 2
        assert [mark.event for mark in store.case.of_kind(Mark)] == ["door", "flash"]
        store.save()
    with CaseStore.open(path) as store:
        assert store.recovered == 0


def test_a_torn_line_is_dropped_and_the_log_goes_on(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark door")
        kept = store.case
        store.commit(marked(store.case, "flash"), "mark flash")
    log = log_path(path)
    log.write_bytes(log.read_bytes()[:-30])
    assert CaseStore.open(path, read_only=True).torn_line == 3
    with CaseStore.open(path) as store:
        assert store.torn_line == 3
        assert store.case == kept
        store.commit(marked(store.case, "bang"), "mark bang")
        last = store.case
    assert load_case(path) == last
    assert len(read_log(log).entries) == 3


def test_a_last_line_without_its_end_is_mended(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark door")
        kept = store.case
    log = log_path(path)
    log.write_bytes(log.read_bytes()[:-1])
    assert load_case(path) == kept
    with CaseStore.open(path) as store:
        store.commit(marked(store.case, "bang"), "mark bang")
        last = store.case
    assert load_case(path) == last


def _failing(number: int) -> object:
    def fail(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("name", ["replace", "fsync", "write", "open"])
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space"), (errno.EACCES, "no right"), (errno.EIO, "refused")],
)
def test_a_failed_save_leaves_the_last_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, words: str
) -> None:
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark")
        before = path.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(os, name, _failing(number))
            with pytest.raises(StorageError, match=words):
                store.save()
        assert path.read_bytes() == before
        assert not list(path.parent.glob("*.tmp")) and not list(path.parent.glob(".*.tmp"))
        assert store.unsaved == 1
        store.save()
    assert load_case(path) == store.case


@pytest.mark.parametrize("name", ["fsync", "write", "open"])
def test_a_failed_commit_is_not_made(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with CaseStore.create(path, small_case()) as store:
        before, log = store.case, log_path(path).read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(os, name, _failing(errno.ENOSPC))
            with pytest.raises(StorageError):
                store.commit(marked(store.case, "door"), "mark")
        assert store.case == before
        assert log_path(path).read_bytes() == log
        store.commit(marked(store.case, "flash"), "mark")
    assert [event.id for event in load_case(path).events] == ["flash"]


def test_half_a_line_written_before_the_disk_was_full_is_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CaseStore.create(path, small_case()) as store:
        log = log_path(path).read_bytes()
        whole_write = os.write
        calls: list[int] = []

        def write(handle: int, data: bytes) -> int:
            if calls:
                raise OSError(errno.ENOSPC, "full")
            calls.append(1)
            return whole_write(handle, bytes(data)[:20])

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write)
            with pytest.raises(StorageError, match="no space"):
                store.commit(marked(store.case, "door"), "mark")
        assert log_path(path).read_bytes() == log


@pytest.mark.parametrize("name", ["replace", "fsync", "write"])
def test_ctrl_c_leaves_the_last_saved_state(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with CaseStore.create(path, small_case()) as store:
        before, snapshot = store.case, path.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(os, name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                store.commit(marked(store.case, "door"), "mark")
                store.save()
        assert path.read_bytes() == snapshot
        assert not list(path.parent.glob(".*.tmp"))
    committed = name == "replace"
    assert load_case(path) == (marked(before, "door") if committed else before)


def test_a_failed_creation_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", _failing(errno.ENOSPC))
        with pytest.raises(StorageError):
            CaseStore.create(path, small_case())
    assert list(path.parent.iterdir()) == []
    CaseStore.create(path, small_case()).close()


def test_a_case_that_could_not_be_opened_again_is_not_committed(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        orphan = Mark(
            id="m", event="none", source="cam1", stream="picture", earliest=s(1), latest=s(2)
        )
        with pytest.raises(EvidenceError, match="none"):
            store.commit(store.case.with_evidence(orphan), "mark")
        with pytest.raises(EvidenceError, match="finite"):
            clock = replace(store.case.clocks[0], u_drift_ppm=float("nan"))
            store.commit(store.case.with_clock(clock), "set drift")
        assert store.head.seq == 1


# -- two processes ------------------------------------------------------------------------------


def test_a_live_process_keeps_others_out(path: Path) -> None:
    with CaseStore.create(path, small_case()):
        done = in_another_process(
            """
            from sync.errors import CaseLocked
            try:
                CaseStore.open(path)
            except CaseLocked as error:
                print(error)
            print(CaseStore.open(path, read_only=True).case.title)
            """,
            path,
        )
        assert f"process {os.getpid()}" in done.stdout, done.stderr
        assert "Harrow Hall" in done.stdout
        with pytest.raises(CaseLocked, match="this process"):
            CaseStore.open(path)
    CaseStore.open(path).close()


def test_reading_needs_no_lock_and_cannot_write(path: Path) -> None:
    with CaseStore.create(path, small_case()), CaseStore.open(path, read_only=True) as reader:
        assert reader.read_only
        with pytest.raises(CaseError, match="reading only"):
            reader.commit(Case(id="x"), "no")
        with pytest.raises(CaseError, match="reading only"):
            reader.save()


def test_a_log_written_by_somebody_else_stops_the_commit(path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        with log_path(path).open("ab") as log:
            log.write(b"more\n")
        with pytest.raises(CaseLocked, match="another program"):
            store.commit(marked(store.case, "door"), "mark")


# -- what cannot be opened ----------------------------------------------------------------------


def _snapshot_edit(path: Path, **changes: object) -> None:
    document = {**json.loads(path.read_bytes()), **changes}
    path.write_text(json.dumps({k: v for k, v in document.items() if v is not ...}))


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (lambda p: p.write_bytes(b""), CaseDamaged, "not a whole case"),
        (lambda p: p.write_bytes(p.read_bytes()[:200]), CaseDamaged, "not a whole case"),
        (lambda p: p.write_bytes(b"\x89PNG\r\n"), CaseDamaged, "not a whole case"),
        (lambda p: p.write_text('{"a": 1}'), CaseDamaged, "not a Tiepoint case"),
        (lambda p: p.write_text("[]"), CaseDamaged, "not a Tiepoint case"),
        (lambda p: _snapshot_edit(p, schema_version=99), CaseNewer, "later version"),
        (lambda p: _snapshot_edit(p, schema_version="1"), CaseDamaged, "version"),
        (lambda p: _snapshot_edit(p, log_head=...), CaseDamaged, "where in its log"),
        (lambda p: _snapshot_edit(p, log_head=5), CaseDamaged, "where in its log"),
        (lambda p: _snapshot_edit(p, sources=[{"id": 1}]), CaseDamaged, r"sources\[0\]"),
        (lambda p: _snapshot_edit(p, id=...), CaseDamaged, "id: is missing"),
        (lambda p: _snapshot_edit(p, datum="ghost"), CaseDamaged, "ghost"),
        (lambda p: _snapshot_edit(p, title="other"), CaseDamaged, "changed outside"),
        (
            lambda p: _snapshot_edit(p, log_head={"seq": 7, "hash": "0" * 64}),
            CaseDamaged,
            "line 3 is missing",
        ),
        (
            lambda p: _snapshot_edit(p, log_head={"seq": 1, "hash": "0" * 64}),
            CaseDamaged,
            "Line 1",
        ),
        (lambda p: log_path(p).unlink(), CaseDamaged, "log .* is missing"),
        (lambda p: log_path(p).write_bytes(b""), CaseDamaged, "line 1 is missing"),
        (lambda p: log_path(p).write_bytes(b"x\n"), CaseDamaged, "line 1"),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_left_alone(
    path: Path, spoil: object, kind: type[CaseError], words: str
) -> None:
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark")
        store.save()
    spoil(path)  # type: ignore[operator]
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    for read_only in (True, False):
        with pytest.raises(kind, match=words) as error:
            CaseStore.open(path, read_only=read_only)
        assert error.value.path
        assert error.value.hint
        assert "\n" not in str(error.value)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_what_is_not_there(path: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseMissing):
        CaseStore.open(path)
    with pytest.raises(CaseMissing):
        load_case(path)
    with pytest.raises(StorageError, match="no folder"):
        CaseStore.create(tmp_path / "no" / "c.tiepoint", small_case())
    with pytest.raises(CaseDamaged, match="folder"):
        load_case(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_by_a_new_case(path: Path) -> None:
    CaseStore.create(path, small_case()).close()
    before = path.read_bytes()
    with pytest.raises(CaseExists):
        CaseStore.create(path, Case(id="other"))
    path.rename(path.with_name("moved"))
    with pytest.raises(CaseExists, match="log"):
        CaseStore.create(path, Case(id="other"))
    assert path.with_name("moved").read_bytes() == before


def test_a_folder_one_may_not_write_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CaseStore.create(path, small_case()).close()
    # Rights do not bind the superuser, so the refusal is made.
    monkeypatch.setattr(Path, "write_bytes", _failing(errno.EROFS))
    with pytest.raises(StorageError, match="no right") as error:
        CaseStore.open(path)
    assert error.value.hint is not None and "reading only" in error.value.hint
    assert load_case(path).title == "Harrow Hall"


# -- elsewhere ----------------------------------------------------------------------------------


def test_save_as_goes_on_at_the_new_place(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "copy" / "two.tiepoint"
    new.parent.mkdir()
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark door")
        store.files.mkdir()
        (store.files / "snippet.png").write_bytes(b"x")
        media = store.media_path(store.case.source("cam1"))
        old_case = store.case
        store.save_as(new)
        assert store.path == new
        assert store.media_path(store.case.source("cam1")) == media
        assert store.case.source("cam1").path == "../cam1.mp4"
        assert (files_folder(new) / "snippet.png").read_bytes() == b"x"
        store.commit(marked(store.case, "flash"), "mark flash")
        CaseStore.open(path).close()  # the old place is free again
    assert load_case(path) == old_case
    with CaseStore.open(new) as again:
        assert again.case == store.case
        assert [event.id for event in again.case.events] == ["door", "flash"]
        assert read_log(log_path(new)).entries[2].act == "save as two.tiepoint"


def test_save_as_never_overwrites_and_a_failure_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.tiepoint"
    CaseStore.create(other, small_case()).close()
    new = tmp_path / "new.tiepoint"
    files_folder(new).mkdir()
    (files_folder(new) / "mine").write_bytes(b"keep")
    with CaseStore.create(path, small_case()) as store:
        for there in (other, path, new):
            with pytest.raises(CaseExists):
                store.save_as(there)
        assert (files_folder(new) / "mine").read_bytes() == b"keep"
        shutil.rmtree(files_folder(new))
        before = sorted(tmp_path.iterdir())
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", _failing(errno.ENOSPC))
            with pytest.raises(StorageError):
                store.save_as(new)
        assert sorted(tmp_path.iterdir()) == before
        assert store.path == path
        store.commit(marked(store.case, "door"), "mark")


def test_a_damaged_snapshot_is_built_anew_from_the_log(path: Path, tmp_path: Path) -> None:
    with CaseStore.create(path, small_case()) as store:
        store.commit(marked(store.case, "door"), "mark door")
        wanted = store.case
    path.write_bytes(b"rubbish")
    log = log_path(path)
    log.write_bytes(log.read_bytes()[:-1])
    with recover_case(path, tmp_path / "again.tiepoint") as store:
        assert store.case == wanted
    assert load_case(tmp_path / "again.tiepoint") == wanted
    assert path.read_bytes() == b"rubbish"


def test_media_paths_follow_the_folder(tmp_path: Path) -> None:
    case_path = tmp_path / "case" / "c.tiepoint"
    inside = tmp_path / "case" / "media" / "a b.mp4"
    outside = tmp_path / "elsewhere" / "b.mp4"
    for folder in (inside.parent, outside.parent):
        folder.mkdir(parents=True)
    assert relative_media_path(case_path, inside) == "media/a b.mp4"
    assert relative_media_path(case_path, outside) == "../elsewhere/b.mp4"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_case_opened_through_a_link_finds_its_media(tmp_path: Path) -> None:
    from sync.case.paths import media_path_of

    real = tmp_path / "deep" / "down" / "case"
    media = tmp_path / "deep" / "media.mp4"
    real.mkdir(parents=True)
    media.write_bytes(b"x")
    (tmp_path / "link").symlink_to(real)
    kept = relative_media_path(tmp_path / "link" / "c.tiepoint", media)
    for folder in (real, tmp_path / "link"):
        assert media_path_of(folder / "c.tiepoint", kept).read_bytes() == b"x"
    (real / "nas").symlink_to(tmp_path / "deep")
    assert relative_media_path(real / "c.tiepoint", real / "nas" / "media.mp4") == "nas/media.mp4"
