"""The one decode of a recording's pictures, and where what it gives is kept.

Index, small pictures and proxy come from one pass. It can be stopped anywhere, also by a crash, and
goes on there. What the cache cannot take is done without: the index is always made.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from sync.cache import Cache
from sync.errors import MediaEmpty, StorageError
from sync.media.colour import ColourConsumer, colour_rows
from sync.media.decode_pass import decode_pass
from sync.media.facts import HealthNote, MediaFacts
from sync.media.frame_index import FrameIndex
from sync.media.frame_record import FrameRecord, RecordDiffers, grey_rows
from sync.media.frame_types import FrameConsumer, StreamBegin
from sync.media.index_consumer import IndexConsumer
from sync.media.metadata import read_tags
from sync.media.notes import notes_from_arrays, notes_to_arrays
from sync.media.proxy import Proxy, ProxyConsumer
from sync.media.row_file import FileTaken
from sync.media.small_pictures import SmallPictures
from sync.progress import SILENT, Progress

INDEX_VERSION = 6
"""Raise when the meaning of the index, its pictures, its notes or the small pictures changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What is known of the picture stream, from a pass or from the cache."""

    begin: StreamBegin
    index: FrameIndex
    rotation_deg: int
    health: tuple[HealthNote, ...]
    problem: StorageError | None = None
    """Why small pictures or proxy are not kept; the index is good all the same."""


def parameters() -> dict[str, object]:
    """What the results of a pass depend on besides the file."""
    return {"version": INDEX_VERSION, "libavcodec": list(av.library_versions["libavcodec"])}


def known_pictures(sha256: str, begin: StreamBegin, cache: Cache | None) -> Pictures | None:
    """What an earlier pass left in the cache."""
    stored = None if cache is None else cache.arrays(sha256, "frame-index", parameters())
    if stored is None:
        return None
    try:
        return Pictures(
            begin=begin,
            index=FrameIndex.from_arrays(stored),
            rotation_deg=int(stored["rotation_deg"][0]),
            health=notes_from_arrays(stored),
        )
    except (KeyError, ValueError, IndexError):
        return None  # an entry of another make: absent


def proxy_path(cache: Cache, sha256: str) -> Path:
    """Where the proxy of a recording is, or grows."""
    return _path(cache, sha256, "proxy")


def read_pictures(
    file: Path,
    sha256: str,
    cache: Cache | None,
    progress: Progress = SILENT,
    *,
    known: Pictures | None = None,
    proxy: bool = False,
) -> Pictures:
    """One pass: the index; where there is a cache also the small pictures, kept in it.

    Parameters
    ----------
    known
        What :func:`known_pictures` gave: then only what else is missing is made.
    proxy
        Also make the proxy, in :func:`proxy_path`.

    Raises
    ------
    MediaEmpty
        When not one picture can be decoded; and the errors of :func:`decode_pass`.
    """
    with ExitStack() as stack:
        files = _Files(stack, None if cache is None else cache.make_room)
        if cache is not None:
            if known is not None and (not proxy or _proxy_whole(cache, sha256, known)):
                return known
            files.open(FrameRecord, _path(cache, sha256, "frames"))
            if known is None:
                files.open(ColourConsumer, _path(cache, sha256, "colour"))
            if proxy:
                files.open(ProxyConsumer, proxy_path(cache, sha256))
        if known is not None:
            files.run(file, [], progress)
            return replace(known, problem=files.problem)
        pictures = _indexed(file, files, progress)
    if cache is not None:
        arrays = dict(pictures.index.to_arrays())
        arrays["rotation_deg"] = np.array([pictures.rotation_deg])
        arrays |= notes_to_arrays(pictures.health)
        cache.store(sha256, "frame-index", parameters(), arrays)
    return pictures


def small_pictures(
    path: Path | str, facts: MediaFacts, cache: Cache | None, progress: Progress = SILENT
) -> SmallPictures:
    """The small pictures of a recording: from the cache, else by one pass.

    Without a cache, or where it cannot be written, they lie in temporary files that go with the
    result.

    Raises
    ------
    MediaEmpty
        When the recording has no pictures; and the errors of :func:`decode_pass`.
    StorageError
        When there is no room for them anywhere.
    """
    file = Path(path)
    begin = read_tags(file).picture
    if begin is None:
        raise MediaEmpty(f"{file.name} holds no pictures, only sound.", path=file)
    if cache is not None:
        known = known_pictures(facts.sha256, begin, cache)
        found = None if known is None else _kept(known, cache, facts.sha256)
        if found is None:
            made = read_pictures(file, facts.sha256, cache, progress)
            found = _kept(made, cache, facts.sha256)
        if found is not None:
            return found
    return _temporary(file, progress)


def _kept(pictures: Pictures, cache: Cache, sha256: str) -> SmallPictures | None:
    with suppress(ValueError):  # evicted, or never taken by the cache
        return _small(pictures, _path(cache, sha256, "frames"), _path(cache, sha256, "colour"))
    return None


def _temporary(file: Path, progress: Progress) -> SmallPictures:
    folder = Path(tempfile.mkdtemp(prefix="tiepoint-"))
    try:
        with ExitStack() as stack:
            files = _Files(stack, None)
            files.open(FrameRecord, folder / "frames")
            files.open(ColourConsumer, folder / "colour")
            pictures = _indexed(file, files, progress)
        if pictures.problem is not None:
            raise pictures.problem
        found = _small(pictures, folder / "frames", folder / "colour")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(found.grey, _remove, folder / "frames")
    weakref.finalize(found.colour, _remove, folder / "colour")
    return found


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()  # the last one takes the folder with it


# -- files ----------------------------------------------------------------------------------------


class _Files:
    """What one pass writes; a file that cannot be written is done without."""

    def __init__(self, stack: ExitStack, room: Callable[[int], bool] | None) -> None:
        self._stack = stack
        self._room = room
        self._record: FrameRecord | None = None
        self._others: list[ColourConsumer | ProxyConsumer] = []
        self._refused: StorageError | None = None

    def open(
        self, kind: type[FrameRecord] | type[ColourConsumer] | type[ProxyConsumer], path: Path
    ) -> None:
        """Add one; the record first, since the others rest on it."""
        if self._record is None and kind is not FrameRecord:
            return
        try:
            one = kind(path, self._room)
        except FileTaken:
            return  # whoever writes it will finish it
        except StorageError as error:
            self._refused = error
            return
        self._stack.enter_context(closing(one))
        if isinstance(one, FrameRecord):
            self._record = one
        else:
            self._others.append(one)

    @property
    def problem(self) -> StorageError | None:
        """Why one of them is missing or not complete."""
        written = [one for one in (self._record, *self._others) if one is not None]
        return self._refused or next((one.problem for one in written if one.problem), None)

    def run(self, file: Path, more: Sequence[FrameConsumer], progress: Progress) -> None:
        """The pass.

        Raises
        ------
        RecordDiffers
            The files are emptied then, so that the next time starts anew.
        """
        try:
            decode_pass(file, [*self._others, *more], progress, self._record)
        except RecordDiffers:
            for one in (self._record, *self._others):
                if one is not None:
                    one.restart()
            raise


def _indexed(file: Path, files: _Files, progress: Progress) -> Pictures:
    try:
        indexer = IndexConsumer()
        files.run(file, [indexer], progress)
    except RecordDiffers:
        indexer = IndexConsumer()
        files.run(file, [indexer], progress)
    assert indexer.index is not None
    assert indexer.stream is not None
    if not len(indexer.index):
        raise nothing_inside(file)
    return Pictures(
        begin=indexer.stream,
        index=indexer.index,
        rotation_deg=indexer.rotation_deg,
        health=indexer.health,
        problem=files.problem,
    )


def nothing_inside(file: Path) -> MediaEmpty:
    """Neither picture nor sample."""
    return MediaEmpty(
        f"{file.name} is a recording's shell: not one picture and not one sample can be decoded "
        "from it.",
        path=file,
        hint="Export it again from the recorder; nothing in this copy can be used.",
    )


def _path(cache: Cache, sha256: str, name: str) -> Path:
    return cache.file(sha256, name, parameters())


def _proxy_whole(cache: Cache, sha256: str, pictures: Pictures) -> bool:
    with Proxy.open(proxy_path(cache, sha256)) as proxy:
        return proxy.count >= len(pictures.index)


def _small(pictures: Pictures, frames: Path, colour: Path) -> SmallPictures:
    grey, colours = grey_rows(frames), colour_rows(colour)
    index = pictures.index
    if not len(grey) == len(colours) == len(index):
        raise ValueError("the index belongs to another decode")
    return SmallPictures(
        grey=grey,
        colour=colours,
        time_ns=index.time_ns,
        picture=index.picture,
        width_px=pictures.begin.width_px,
        height_px=pictures.begin.height_px,
    )
