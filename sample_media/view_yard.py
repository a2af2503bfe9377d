"""Camera 2: the service yard at night in black and white (its colour filter swung away)."""

import numpy as np

from .events import EVENTS, day_s
from .figures import Walker
from .film import Pictures, Sensor
from .lights import ambulance_power, headlight_power, headlight_turn
from .stage import Light, Stage
from .textures import (
    asphalt,
    bars,
    box,
    facade,
    foliage,
    hedge,
    paint,
    paving,
    plain,
    pole,
    window_glow,
)  # fmt: skip
from .world import Camera, Floats, Lamp, StillWorld, Surface, vec

__all__ = ["YardView"]

_WINDOWS = ((3.2, 3.4), (1.4, 1.7))


def _night_sky(rays: Floats) -> Floats:
    up = np.clip(rays[..., 2:3], 0, 1)
    return np.asarray((0.05 - 0.04 * np.clip(up * 5, 0, 1)) * vec([1, 1, 1]))


def _surfaces() -> list[Surface]:
    """Everything that does not move."""
    dark = plain((0.05, 0.05, 0.05))
    wall = paint(
        facade(*_WINDOWS),
        [(12.9, 14.3, 0, 2.2, (0.08, 0.08, 0.09)), (20.4, 23.4, 0, 2.7, (0.16, 0.16, 0.15))],
    )
    out = [
        Surface(corner_m=(-40, -5, 0), edge_a=(90, 0, 0), edge_b=(0, 80, 0),
                texture=asphalt([(42.0, 42.12, 8, 17), (45.0, 45.12, 8, 17), (48, 48.12, 8, 17)])),
        Surface(corner_m=(-14, 19, 0), edge_a=(30, 0, 0), edge_b=(0, 0, 10.2), texture=wall,
                glow=window_glow(*_WINDOWS, 1.0, {(3, 1): 0.35, (7, 0): 0.5})),
        Surface(corner_m=(-14, 17.4, 0.07), edge_a=(30, 0, 0), edge_b=(0, 1.6, 0),
                texture=paving()),
        Surface(corner_m=(-14, 4, 0), edge_a=(0, 15, 0), edge_b=(0, 0, 3.1),
                texture=facade((40, 40), (0.1, 0.1))),
        Surface(corner_m=(16, 21, 0), edge_a=(24, 6, 0), edge_b=(0, 0, 2.1), texture=dark,
                mask=bars(0.15, 0.04, (0.2, 1.9))),
        Surface(corner_m=(12, 46, 0), edge_a=(50, 0, 0), edge_b=(0, 0, 6), texture=dark,
                mask=hedge(6, 1), casts=False),
        Surface(corner_m=(19, 30, 0), edge_a=(8, 0, 0), edge_b=(0, 0, 9),
                texture=plain((0.05, 0.06, 0.04), 0.5, 0.8), mask=foliage(8, 9, 2, 2),
                casts=False),
    ]  # fmt: skip
    for i in range(3):
        x = -11.8 + 1.75 * i
        out += box((x, 17.3, 0), (x + 1.4, 18.5, 1.25), plain((0.06, 0.09, 0.07)), dark)
        out += box((x - 0.05, 17.2, 1.25), (x + 1.45, 18.6, 1.33), plain((0.03, 0.04, 0.035)))
    out += pole(1.6, 12.0, 4.6, 0.16, plain((0.32, 0.32, 0.31)))
    out += box((10.2, 17.6, 0), (11.8, 18.9, 1.7), plain((0.22, 0.22, 0.2)))
    for i in range(5):
        out.append(Surface(corner_m=(-8.2 + 0.75 * i, 8.6, 0), edge_a=(0, 1.1, 0),
                           edge_b=(0, 0, 0.85), texture=plain((0.3, 0.3, 0.3)),
                           mask=lambda a, b: (b > 0.78) | (a < 0.07) | (a > 1.03)))  # fmt: skip
    return out


def _walkers() -> list[Walker]:
    t = day_s
    # The middle of the body comes to `edge_x` a little earlier than its leading hand covers
    # the post as this camera sees it, which is the event.
    lamp_s = EVENTS["passes_lamp"][0] - 0.127
    speed = 1.32
    edge_x = 2.02
    return [
        Walker(path=((t("14:22:28"), -12, 15.5), (t("14:22:46"), 9.5, 16.4)), phase=0.3),
        Walker(path=((t("14:22:38"), 14, 9.5), (t("14:22:53"), -5, 7.4)), height_m=1.66,
               coat=(0.25, 0.24, 0.22)),
        Walker(path=((t("14:22:52"), 6.6, 17.5), (t("14:23:06"), 9.5, 9.0),
                     (t("14:23:24"), 16, 5.5)), coat=(0.03, 0.03, 0.03), height_m=1.83),
        Walker(path=((lamp_s - 7.0, edge_x + 7.0 * speed, 10.6),
                     (lamp_s + 9.0, edge_x - 9.0 * speed, 10.6)), coat=(0.05, 0.05, 0.06),
               height_m=1.80),
        Walker(path=((t("14:23:36"), -12, 13.2), (t("14:23:54"), 10.5, 13.6)), phase=1.3,
               coat=(0.18, 0.18, 0.2), height_m=1.72),
        Walker(path=((t("14:23:50"), 9, 16.3), (t("14:24:01"), 14.5, 10)), vest=True),
    ]  # fmt: skip


class YardView:
    """Renders camera 2's picture of any instant."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        camera = Camera(position_m=(0.5, -1.0, 4.3), target_m=(0.9, 14.0, 1.1), field_deg=66)
        world = StillWorld(camera, _surfaces(), _night_sky)
        white = (1.0, 1.0, 1.0)
        infrared = Lamp(position_m=(0.5, -0.9, 4.4), colour=white, power=75.0,
                        aim_m=(1.0, 12.0, 0.5), cone_deg=72)  # fmt: skip
        ambulance = Lamp(position_m=(14.5, 15.0, 2.6), colour=white, power=36.0)
        self.stage = Stage(
            world=world,
            sensor=Sensor(exposure=2.6, noise=0.0075, seed=202, grey=True, soft_px=0.7),
            ambient=(0.08, 0.08, 0.08),
            walls=(0.05, 0.05, 0.05),
            walkers=_walkers(),
            lights=[
                Light(lamp=infrared),
                Light(lamp=Lamp(position_m=(1.6, 11.8, 4.75), colour=white, power=15.0), shine=4,
                      core_px=3.0, halo_px=20),
                Light(lamp=Lamp(position_m=(-0.4, 18.7, 2.7), colour=white, power=1.6), shine=1.5),
                Light(lamp=ambulance, power=ambulance_power, shine=7, core_px=4, halo_px=30),
            ],
        )  # fmt: skip

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture of a reference time."""
        moving = []
        power = headlight_power(time_s)
        if power > 0:
            aim = (-1.0 - 14.0 * headlight_turn(time_s), 19.0, 1.0)
            moving.append(Lamp(position_m=(17.0, 6.0, 0.8), colour=(1, 1, 1), power=1100.0 * power,
                               aim_m=aim, cone_deg=32))  # fmt: skip
        frame, lighting = self.stage.start(time_s, moving)
        self.stage.people(frame, time_s, lighting)
        self.stage.halos(frame, time_s)
        return self.stage.sensor.develop(frame, index)
