"""Made search results and a made recording for tests and the gallery."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from sync.case.case import Source
from sync.case.displayed import DisplayedRate
from sync.correlate.result import Candidate, Coincidence, Curve, Searched, SearchResult
from sync.media.facts import FileClaim, HealthNote, MediaFacts, PictureFacts, SoundFacts
from sync.media.timing import IntervalBin, Rate, TimingHealth
from sync.timebase import Duration, MediaTime
from tests.widgets.made_timeline import NAMES


def make_result(*, found: bool = True) -> SearchResult:
    """A significant match, or a refusal."""
    offsets = np.linspace(-600, 600, 6001)
    score = np.random.default_rng(3).normal(0, 1, 6001)
    score = np.convolve(score, np.ones(9) / 3, "same")
    if found:
        score += 9 * np.exp(-(((offsets - 143.2) / 1.5) ** 2)) + 6 * np.exp(
            -(((offsets + 88) / 1.5) ** 2)
        )

    def one(offset: float, p: float, shares: tuple[float, ...]) -> Candidate:
        moments = tuple(
            Coincidence(time_a_s=offset + 40 + 31 * i, time_b_s=40 + 31 * i, share=s)
            for i, s in enumerate(shares)
        )
        return Candidate(
            offset_s=offset,
            u_s=0.1,
            U95_s=0.2,
            epoch_s=0.0,
            p=p,
            z=6.0,
            correlation=0.4,
            kind_a="motion",
            kind_b="onset",
            coincidences=moments,
            drift_ppm=28.0,
            u_drift_ppm=3.0,
        )

    return SearchResult(
        status="significant" if found else "no-match",
        reasons=()
        if found
        else (
            "The best agreement is no better than chance.",
            "The signals overlap for 212 s; 600 s would test more.",
        ),
        candidates=(one(143.2, 0.0004, (0.21, 0.18, 0.12)), one(-88.0, 0.006, (0.52, 0.11)))
        if found
        else (one(12.0, 0.62, ()),),
        searched=Searched(
            kind_a="motion",
            kind_b="onset",
            offset_from_s=-600,
            offset_to_s=600,
            overlap_min_s=60,
            surrogates=999,
            seed=7,
            family=4,
        ),
        curve=Curve(offset_s=offsets, score=score, threshold=5.2),
    )


def make_source() -> Source:
    """A source with everything to say."""
    facts = MediaFacts(
        kind="video+sound",
        container="mov,mp4",
        size_bytes=48_211_904,
        sha256="8f2c41d7" * 8,
        duration=Duration.from_s(1574.2),
        encoder="Lavf58.29.100",
        picture=PictureFacts(
            codec="h264",
            width_px=1280,
            height_px=720,
            rotation_deg=90,
            sample_aspect="1:1",
            time_base="1/15360",
            nominal_rate="15/1",
            frames=23611,
            pictures=None,
            first=MediaTime(66_666_667),
            last=MediaTime.from_s(1574.133),
            variable_rate=True,
            median_interval=Duration(66_666_667),
            index="provisional",
        ),
        sound=SoundFacts(
            codec="aac",
            sample_rate_hz=44100,
            channels=2,
            samples=69_420_000,
            start=MediaTime(21_333_333),
            start_half=Duration(11_600_000),
            reader="av",
        ),
        health=(
            HealthNote(
                code="gap",
                at=MediaTime.from_s(790.04),
                detail="No pictures for 8.6 s: what happened there is not in this file.",
            ),
            HealthNote(code="re-encoded", at=None, detail="The encoder is not that of a recorder."),
        ),
        claims=(FileClaim(name="creation_time", value="2026-02-14T14:21:47Z"),),
    )
    return Source(
        id="cam1",
        name=NAMES["cam1"],
        path="media/cam1_gate_20260214.mp4",
        facts=facts,
        clock="c1",
        item="NC-014",
        device="recorder 2, channel 1",
        received="from campus police, USB stick",
    )


def make_timing() -> TimingHealth:
    """Times with something of everything."""
    return TimingHealth(
        frames=18_000,
        pictures=18_000,
        intervals=(
            IntervalBin(low=Duration(33_366_667), high=Duration(33_366_667), count=17_990),
            IntervalBin(low=Duration(66_733_333), high=Duration(66_733_333), count=6),
            IntervalBin(low=Duration(250_000_000), high=Duration(270_000_000), count=2),
        ),
        median=Duration(33_366_667),
        gaps=2,
        missing=14,
        equal=0,
        backward=1,
        wraps=0,
        discontinuities=1,
        blended=0,
        interlaced=18_000,
        field_order="top",
        damaged=0,
        claimed=Fraction(30),
        measured=Rate(per_s=30_000 / 1001, half_per_s=1e-6),
    )


def make_displayed() -> tuple[DisplayedRate, ...]:
    """A burnt-in clock that was read."""
    return (
        DisplayedRate(
            clock="cam1-osd", readings=14, span=Duration.from_s(1200), low_ppm=14.0, high_ppm=35.0
        ),
    )
