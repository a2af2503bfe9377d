"""The libraries that read and write media, as they say of themselves."""

from __future__ import annotations


def media_libraries() -> tuple[str, ...]:
    """One line each: name, version, through which package, licence of the build."""
    import av
    import soundfile
    from av._core import library_meta

    said = sorted({str(meta["license"]) for meta in library_meta.values()})
    return (
        f"FFmpeg {av.ffmpeg_version_info} through PyAV, {', '.join(said)}",
        f"libsndfile {soundfile.__libsndfile_version__} through soundfile, LGPL-2.1 or later",
    )
