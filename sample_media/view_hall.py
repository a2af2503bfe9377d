"""Camera 4: the building's hall on another day; nothing here belongs to the incident."""

from functools import partial

import numpy as np

from .figures import Walker, draw_polygons
from .film import Pictures, Sensor
from .stage import Light, Stage
from .textures import box, paint, plain
from .world import Camera, Floats, Lamp, StillWorld, Surface, noise_at, vec

__all__ = ["HallView"]

_LENGTH_M = 30.0
_PANELS_Y_M = (4.0, 10.0, 16.0, 22.0, 27.0)


def _tiles(a: Floats, b: Floats) -> Floats:
    """Chequered linoleum, worn along the middle."""
    odd = (np.floor(a / 0.9) + np.floor(b / 0.9)) % 2
    tone = 0.20 + 0.10 * odd + 0.035 * noise_at(a, b, 2.5, 1)
    tone = tone - 0.05 * np.exp(-((a - 1.8) ** 2) / 0.5)
    return (tone[..., None] * vec([1.0, 0.95, 0.84])).astype(np.float32)


def _wall(seed: int) -> list[Surface]:
    """One long wall with doors, a dado, notice boards."""
    panels: list[tuple[float, float, float, float, tuple[float, float, float]]] = [
        (0, _LENGTH_M, 0, 0.12, (0.06, 0.06, 0.07)),
        (0, _LENGTH_M, 1.05, 1.12, (0.13, 0.16, 0.20)),
        (0, _LENGTH_M, 0.12, 1.05, (0.20, 0.25, 0.28)),
    ]
    for i in range(5):
        a = 3.0 + 5.6 * i + 1.3 * seed
        panels += [(a, a + 1.2, 0, 2.2, (0.35, 0.34, 0.30)),
                   (a + 0.1, a + 1.1, 0, 2.1, (0.20, 0.11, 0.055)),
                   (a + 0.4, a + 0.8, 1.3, 1.8, (0.04, 0.05, 0.06)),
                   (a + 2.2, a + 3.9, 1.2, 2.1, (0.16, 0.10, 0.06)),
                   (a + 2.4, a + 2.9, 1.4, 1.95, (0.50, 0.48, 0.36)),
                   (a + 3.1, a + 3.7, 1.35, 1.9, (0.38, 0.44, 0.52))]  # fmt: skip
    x = -1.8 if seed == 0 else 1.8
    return [Surface(corner_m=(x, 0, 0), edge_a=(0, _LENGTH_M, 0), edge_b=(0, 0, 2.8),
                    texture=paint(plain((0.42, 0.41, 0.36), 0.05), panels))]  # fmt: skip


def _surfaces() -> list[Surface]:
    """A corridor with ceiling panels and a glazed end."""

    def end_glow(a: Floats, b: Floats) -> Floats:
        pane = (np.abs(a - 1.8) < 1.3) & (b > 0.3) & (b < 2.3) & (np.abs(a - 1.8) > 0.04)
        return (pane * 0.30)[..., None] * vec([0.75, 0.9, 1.1])

    white, dark = plain((0.45, 0.45, 0.43), 0.04), plain((0.05, 0.05, 0.06))
    out = [
        Surface(corner_m=(-1.8, -1, 0), edge_a=(3.6, 0, 0), edge_b=(0, _LENGTH_M + 1, 0),
                texture=_tiles),
        Surface(corner_m=(-1.8, -1, 2.8), edge_a=(3.6, 0, 0), edge_b=(0, _LENGTH_M + 1, 0),
                texture=white),
        Surface(corner_m=(-1.8, _LENGTH_M, 0), edge_a=(3.6, 0, 0), edge_b=(0, 0, 2.8),
                texture=plain((0.3, 0.3, 0.29)), glow=end_glow),
    ]  # fmt: skip
    for y in _PANELS_Y_M:
        out.append(
            Surface(
                corner_m=(-0.6, y, 2.79),
                edge_a=(1.2, 0, 0),
                edge_b=(0, 0.6, 0),
                texture=white,
                casts=False,
            )
        )
    out += box((-1.75, 7.6, 0), (-1.3, 9.0, 0.45), plain((0.15, 0.10, 0.06)))
    out += box((1.25, 12.6, 0), (1.75, 13.2, 1.75), plain((0.06, 0.08, 0.22)), dark)
    return out + _wall(0) + _wall(1)


def _flicker(seed: int, changes: tuple[float, ...]) -> np.ndarray:
    """Brightness of a lamp, 20 values a second: switched at `changes`, some tubes stutter."""
    random = np.random.default_rng(seed)
    time_s = np.arange(0, 110, 0.05)
    on = np.ones_like(time_s)
    for change in changes:
        on[time_s >= change] = 1 - on[np.searchsorted(time_s, change)]
    stutter = (random.random(time_s.size) < 0.05) & (seed == 3)
    return np.where(stutter, 0.35, 1.0) * (0.12 + 0.88 * on)


def _at(table: Floats, time_s: float) -> float:
    """Value of a table with 20 values a second."""
    return float(table[int(time_s * 20) % table.size])


class HallView:
    """Renders the hall; time is media time of its own day."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        camera = Camera(position_m=(1.2, 0.2, 2.45), target_m=(-0.15, 10.0, 1.05), field_deg=70)
        tables = [
            _flicker(1, (38.2, 71.9)), _flicker(2, (12.7, 66.3)), _flicker(3, ()),
            _flicker(4, (24.9, 83.1)), _flicker(5, (54.45,)),
        ]  # fmt: skip
        lights = [
            Light(
                lamp=Lamp(position_m=(0, y + 0.3, 2.7), colour=(1.0, 0.97, 0.86), power=3.6),
                power=partial(_at, table),
            )
            for y, table in zip(_PANELS_Y_M, tables, strict=True)
        ]
        walkers = [
            Walker(path=((3.4, 0.5, 29.5), (21.0, 0.6, 3.0), (23.2, 0.9, 0.6)), phase=0.2),
            Walker(path=((17.1, -0.7, 2.5), (35.8, -0.5, 29.5)), height_m=1.66,
                   coat=(0.25, 0.08, 0.07)),
            Walker(path=((41.3, -1.6, 9.7), (44.0, -0.2, 12.0), (57.2, 0.1, 29.5)),
                   coat=(0.09, 0.15, 0.12)),
            Walker(path=((49.6, 0.9, 29.5), (63.0, 0.7, 11.5), (69.0, 0.9, 11.0),
                         (78.0, 0.8, 1.0)), height_m=1.83, coat=(0.12, 0.12, 0.16)),
            Walker(path=((80.7, -0.6, 29.5), (99.9, -0.9, 3.2)), height_m=1.70,
                   coat=(0.3, 0.28, 0.22), phase=1.0),
            Walker(path=((86.4, 0.4, 2.2), (104.0, 0.3, 28.0)), phase=0.6),
        ]  # fmt: skip
        self.stage = Stage(
            world=StillWorld(camera, _surfaces(), lambda rays: rays * 0),
            sensor=Sensor(exposure=2.1, noise=0.005, seed=404, soft_px=0.7),
            ambient=(0.09, 0.09, 0.085),
            walls=(0.09, 0.09, 0.085),
            walkers=walkers,
            lights=lights,
        )  # fmt: skip

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture at a media time."""
        frame, lighting = self.stage.start(time_s, [])
        panels: list[tuple[Floats, tuple[float, ...]]] = []
        for y, light in zip(_PANELS_Y_M, self.stage.lights, strict=True):
            corners = vec([[-0.6, y, 2.78], [0.6, y, 2.78], [0.6, y + 0.6, 2.78],
                                  [-0.6, y + 0.6, 2.78]])  # fmt: skip
            bright = 0.08 + 1.55 * light.power(time_s)
            panels.append((corners, (bright, bright, 0.95 * bright)))
        draw_polygons(frame, self.stage.world, panels[::-1])
        self.stage.people(frame, time_s, lighting)
        return self.stage.sensor.develop(frame, index)
