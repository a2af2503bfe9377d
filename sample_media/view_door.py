"""Camera 3: the side door; after the cut another camera, at the bicycle shed."""

import numpy as np

from .events import EVENTS, day_s
from .figures import Lighting, Walker, draw_polygons
from .film import Pictures, Sensor
from .lights import light_bar, strobe_power
from .stage import Light, Stage
from .textures import asphalt, bars, box, brick, facade, paint, paving, plain, pole, window_glow
from .world import Camera, Floats, Lamp, StillWorld, Surface, vec

__all__ = ["DoorView", "ShedView"]

_HINGE = (-0.62, 7.95)
_LEAF_M = 1.12
_WINDOW = (2.1, 4.1, 0.9, 2.5)


def _dark_sky(rays: Floats) -> Floats:
    up = np.clip(rays[..., 2:3], 0, 1)
    return np.asarray((0.06 - 0.03 * np.clip(up * 4, 0, 1)) * vec([0.9, 0.95, 1.3]))


def _window(a: Floats, b: Floats) -> Floats:
    """Glow mask of the big window right of the door, by wall coordinates."""
    x0, x1, z0, z1 = _WINDOW
    glass = (a - 7 > x0) & (a - 7 < x1) & (b > z0) & (b < z1)
    glass &= np.abs(a - 7 - (x0 + x1) / 2) > 0.04
    return glass.astype(np.float32)


def _door_surfaces() -> list[Surface]:
    """Wall with a doorway, a big window, steps, a bin and a notice board."""
    frame = (0.33, 0.33, 0.32)
    x0, x1, z0, z1 = _WINDOW
    wall = paint(
        brick((0.27, 0.125, 0.085)),
        [
            (6.26, 7.62, 0, 2.36, frame), (6.34, 7.54, 0, 2.28, (0.02, 0.02, 0.02)),
            (x0 + 6.9, x1 + 7.1, z0 - 0.1, z1 + 0.1, frame),
            (x0 + 7, x1 + 7, z0, z1, (0.03, 0.035, 0.045)),
            (x0 + 7.97, x1 + 6.03, z0, z1, frame),
            (2.6, 4.4, 1.1, 2.2, (0.20, 0.16, 0.10)), (2.8, 3.4, 1.5, 2.05, (0.5, 0.5, 0.46)),
            (3.5, 3.9, 1.3, 1.9, (0.42, 0.45, 0.5)), (0, 14, 3.35, 3.55, (0.3, 0.28, 0.25)),
        ],
    )  # fmt: skip

    def inside(a: Floats, b: Floats) -> Floats:
        hall = (a > 6.34) & (a < 7.54) & (b < 2.28)
        floor = np.clip(1 - np.abs(b - 0.25) / 0.8, 0.25, 1)
        sky = _window(a, b) * np.float32(0.018)
        return (hall * floor * 0.34)[..., None] * vec([1, 0.92, 0.7]) + sky[..., None]

    out = [
        Surface(corner_m=(-20, -4, 0), edge_a=(40, 0, 0), edge_b=(0, 12, 0),
                texture=paving(0.5, (0.19, 0.185, 0.175))),
        Surface(corner_m=(-7, 8, 0), edge_a=(16, 0, 0), edge_b=(0, 0, 6), texture=wall,
                glow=inside),
        Surface(corner_m=(9, 0, 0), edge_a=(0, 8, 0), edge_b=(0, 0, 6),
                texture=brick((0.25, 0.12, 0.08))),
    ]  # fmt: skip
    out += box((-1.0, 7.0, 0), (0.9, 8.0, 0.12), plain((0.25, 0.24, 0.22)))
    out += box((-2.2, 7.25, 0), (-1.55, 7.9, 1.0), plain((0.05, 0.07, 0.06)))
    out += pole(4.75, 7.6, 3.4, 0.1, plain((0.12, 0.12, 0.12)))
    out.append(Surface(corner_m=(-1.4, 6.6, 2.65), edge_a=(2.7, 0, 0), edge_b=(0, 1.4, 0.1),
                       texture=plain((0.12, 0.12, 0.13))))  # fmt: skip
    return out


class DoorView:
    """Renders the side door."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        t = day_s
        camera = Camera(position_m=(2.9, 0.4, 3.0), target_m=(0.55, 7.6, 1.2), field_deg=64)
        world = StillWorld(camera, _door_surfaces(), _dark_sky)
        walkers = [
            Walker(path=((t("14:22:38"), -6, 4.6), (t("14:22:49"), 7, 3.9)), phase=0.5),
            Walker(path=((t("14:22:50"), 6.5, 5.0), (t("14:22:57"), 0.2, 5.9),
                         (t("14:23:00.4"), -0.1, 7.75)), coat=(0.10, 0.10, 0.13)),
            Walker(path=((t("14:23:00.2"), -4.6, 6.0), (t("14:23:10.5"), -3.9, 5.6),
                         (t("14:23:22"), -7.5, 4.4)), vest=True, coat=(0.03, 0.03, 0.05)),
            Walker(path=((t("14:23:27.5"), 7.4, 4.5), (t("14:23:34"), -6.6, 3.9)), height_m=1.82,
                   coat=(0.15, 0.06, 0.05)),
        ]  # fmt: skip
        self.stage = Stage(
            world=world,
            sensor=Sensor(exposure=2.6, noise=0.007, seed=303, soft_px=0.75),
            ambient=(0.10, 0.115, 0.16),
            walls=(0.065, 0.075, 0.10),
            walkers=walkers,
            lights=[
                Light(lamp=Lamp(position_m=(0.0, 6.9, 2.55), colour=(1, 0.9, 0.7), power=1.6),
                      shine=2.0, core_px=2.5),
                Light(lamp=Lamp(position_m=(-5.5, 3.5, 4.5), colour=(1, 0.66, 0.36), power=7.0)),
                Light(lamp=Lamp(position_m=(1.45, 7.75, 3.05), colour=(0.9, 0.95, 1), power=9.0),
                      power=strobe_power, shine=6, core_px=4, halo_px=30),
            ],
        )  # fmt: skip

    def _angle(self, time_s: float) -> float:
        """How far the door stands open, radians: it is let go and slams faster and faster."""
        hit = EVENTS["door"][0]
        opened = np.clip((time_s - day_s("14:22:58.6")) / 1.3, 0, 1)
        shut = np.clip((time_s - (hit - 1.4)) / 1.4, 0, 1)
        return float(1.45 * (opened**2 * (3 - 2 * opened)) * (1 - shut**3.0))

    def _door(self, frame: Floats, time_s: float, lighting: Lighting) -> None:
        angle = self._angle(time_s)
        along = vec([np.cos(angle), -np.sin(angle), 0])
        root, up = vec([*_HINGE, 0.12]), vec([0, 0, 1])
        normal = vec([-np.sin(angle), -np.cos(angle), 0])
        light, _ = lighting.at(root + along * 0.5 + up, normal)
        polygons = []
        for x0, x1, z0, z1, tone, own in (
            (0, _LEAF_M, 0, 2.1, (0.10, 0.14, 0.20), 0.0),
            (0.18, 0.94, 1.05, 1.85, (0.02, 0.02, 0.02), 0.16 if angle < 0.5 else 0.05),
            (0.12, 1.0, 0.1, 0.3, (0.3, 0.3, 0.3), 0.0),
            (0.95, 1.05, 0.85, 1.05, (0.5, 0.5, 0.48), 0.0),
        ):
            corners = [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]
            points = np.stack([root + along * x + up * z for x, z in corners])
            value = vec(tone) * light + vec([1, 0.9, 0.7]) * np.float32(own)
            polygons.append((points.astype(np.float32), tuple(float(v) for v in value)))
        draw_polygons(frame, self.stage.world, polygons)

    def _reflection(self, frame: Floats, time_s: float) -> None:
        """The light bar in the window's glass, and faintly on the wall about it."""
        red, blue = light_bar(time_s)
        world = self.stage.world
        at = world.position
        x0, x1, z0, z1 = _WINDOW
        glass = (at[..., 1] > 7.98) & (at[..., 0] > x0) & (at[..., 0] < x1)
        glass &= (at[..., 2] > z0) & (at[..., 2] < z1)
        far = max(0.0, 1 - (time_s - EVENTS["light_bar"][0]) / 9.0)
        spot_x = 2.75 + 0.9 * far
        for shift, power, colour in ((0.12, red, (1.0, 0.08, 0.05)), (-0.12, blue, (0.1, 0.25, 1))):
            if power <= 0:
                continue
            square = (at[..., 0] - spot_x - shift) ** 2 + (at[..., 2] - 1.5) ** 2
            mirrored = glass * (2.6 * np.exp(-square / 0.02) + 0.30 * np.exp(-square / 0.5))
            frame += (mirrored * power)[..., None] * vec(colour)

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture of a reference time."""
        moving = [
            Lamp(position_m=(6.5, -3.0, 2.0), colour=colour, power=15.0 * power)
            for power, colour in zip(
                light_bar(time_s), ((1.0, 0.06, 0.04), (0.08, 0.2, 1.0)), strict=True
            )
            if power > 0
        ]
        frame, lighting = self.stage.start(time_s, moving)
        self._reflection(frame, time_s)
        self._door(frame, time_s, lighting)
        self.stage.people(frame, time_s, lighting)
        self.stage.halos(frame, time_s)
        return self.stage.sensor.develop(frame, index)


def _shed_surfaces() -> list[Surface]:
    """A bicycle shed, railings and a far wing of the building."""
    grey = plain((0.3, 0.3, 0.3))
    size = ((3.0, 3.3), (1.3, 1.6))
    out = [
        Surface(corner_m=(-40, -5, 0), edge_a=(80, 0, 0), edge_b=(0, 60, 0),
                texture=asphalt([(30, 50, 13.0, 13.12), (36, 36.1, 13, 18), (44, 44.1, 13, 18)])),
        Surface(corner_m=(-18, 24, 0), edge_a=(26, 0, 0), edge_b=(0, 0, 9.9),
                texture=facade(*size), glow=window_glow(*size, 1.0, {(2, 0): 0.4, (5, 1): 0.3})),
        Surface(corner_m=(-9, 9, 2.3), edge_a=(9, 0, 0), edge_b=(0, 3, 0.25),
                texture=plain((0.14, 0.15, 0.15))),
        Surface(corner_m=(8, 20, 0), edge_a=(20, 0, 0), edge_b=(0, 0, 1.9), texture=grey,
                mask=bars(0.15, 0.04, (0.2, 1.7))),
    ]  # fmt: skip
    for i in range(4):
        out += pole(-9 + 3.0 * i, 9.1, 2.3, 0.1, grey)
    for i in range(9):
        out.append(Surface(corner_m=(-8.6 + 0.95 * i, 9.7, 0), edge_a=(0, 1.3, 0),
                           edge_b=(0, 0, 0.9), texture=plain((0.22, 0.22, 0.23)),
                           mask=lambda a, b: (b > 0.82) | (a < 0.08) | (a > 1.2)))  # fmt: skip
    return out + pole(4.4, 12, 5.0, 0.14, plain((0.1, 0.1, 0.1)))


class ShedView:
    """Renders the other camera that the export was continued with."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        t = day_s
        camera = Camera(position_m=(-1.0, -1.0, 4.0), target_m=(-0.6, 12.0, 1.0), field_deg=68)
        walkers = [
            Walker(path=((t("14:23:30"), -12, 14.5), (t("14:23:52"), 12, 15.5)), phase=0.7),
            Walker(path=((t("14:23:40"), 9, 8.0), (t("14:23:53"), -6, 7.4)), height_m=1.66,
                   coat=(0.2, 0.19, 0.15)),
            Walker(path=((t("14:23:56"), 2, 20), (t("14:24:15"), -2, 6.2)), height_m=1.8),
        ]  # fmt: skip
        street = Lamp(position_m=(4.4, 11.8, 4.9), colour=(1, 0.63, 0.32), power=15.0)
        self.stage = Stage(
            world=StillWorld(camera, _shed_surfaces(), _dark_sky),
            sensor=Sensor(exposure=2.9, noise=0.0065, seed=313, soft_px=0.75),
            ambient=(0.11, 0.125, 0.17),
            walls=(0.07, 0.08, 0.11),
            walkers=walkers,
            lights=[
                Light(lamp=street, shine=3),
                Light(lamp=Lamp(position_m=(-4.5, 10.4, 2.1), colour=(0.9, 1, 0.95), power=1.8)),
            ],
        )  # fmt: skip

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture of a reference time."""
        frame, lighting = self.stage.start(time_s, [])
        self.stage.people(frame, time_s, lighting)
        self.stage.halos(frame, time_s)
        return self.stage.sensor.develop(frame, index)
