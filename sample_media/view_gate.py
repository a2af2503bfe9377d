"""Camera 1: gate, road and the north front of Harrow Hall, with a burnt-in clock."""

import numpy as np

from .events import EVENTS, cam1_displayed_s, day_s
from .figures import Car, Lighting, Walker, draw_car, draw_polygons, draw_walker, glow
from .film import Layer, Pictures, Sensor, add_layers, burn_clock
from .lights import flash_power, headlight_power, light_bar, strobe_power
from .textures import (
    asphalt,
    bars,
    box,
    brick,
    facade,
    foliage,
    hedge,
    paving,
    plain,
    pole,
    window_glow,
)  # fmt: skip
from .world import Camera, Floats, Lamp, StillWorld, Surface, noise_at, vec

__all__ = ["GateView"]

_WINDOWS = ((3.4, 3.5), (1.5, 1.9))
_LIT = {(1, 0): 0.5, (4, 1): 0.35, (6, 0): 0.22, (2, 2): 0.18}
_PIVOT = (4.1, 16.0, 1.05)
_ARM_M = 7.3


def dusk_sky(rays: Floats) -> Floats:
    """Last light: dull orange at the horizon, blue-grey above, thin cloud."""
    up = np.clip(rays[..., 2], 0, 1)[..., None]
    cloud = noise_at(rays[..., 0] * 8, rays[..., 2] * 30, 2.0, 2)[..., None]
    low, high = vec([0.15, 0.105, 0.085]), vec([0.035, 0.048, 0.085])
    share = np.clip(up * 4.5, 0, 1)
    return ((1 - share) * low + share * high) * (1 + 0.22 * cloud)


def _surfaces() -> list[Surface]:
    """Everything that does not move."""
    grey, dark = plain((0.2, 0.2, 0.2)), plain((0.035, 0.04, 0.04))
    front = facade(*_WINDOWS)
    glowing = window_glow(*_WINDOWS, 1.0, _LIT)
    lines = [(30.0, 45.5, 14.2, 14.5), (36.6, 36.75, 0, 11), (36.6, 36.75, 20, 23)]
    lines += [(30.2 + 1.1 * i, 30.75 + 1.1 * i, 17.6, 20.0) for i in range(14)]
    out = [
        Surface(corner_m=(-36, 0, 0), edge_a=(90, 0, 0), edge_b=(0, 90, 0), texture=asphalt(lines)),
        Surface(corner_m=(-26, 30, 0), edge_a=(31, 0, 0), edge_b=(0, 0, 10.5), texture=front,
                glow=glowing),
        Surface(corner_m=(5, 30, 0), edge_a=(0, 22, 0), edge_b=(0, 0, 10.5), texture=front),
        Surface(corner_m=(-36, 27.6, 0.09), edge_a=(46, 0, 0), edge_b=(0, 2.4, 0),
                texture=paving()),
        Surface(corner_m=(-36, 27.6, 0), edge_a=(46, 0, 0), edge_b=(0, 0, 0.09), texture=grey),
        Surface(corner_m=(-30, 58, 0), edge_a=(90, 0, 0), edge_b=(0, 0, 7),
                texture=plain((0.03, 0.04, 0.03), 0.4), mask=hedge(7, 2), casts=False),
    ]  # fmt: skip
    for x in (-4.6, 4.9):
        out += box((x - 0.35, 15.6, 0), (x + 0.35, 16.4, 2.5), brick((0.27, 0.13, 0.09)))
        out += box((x - 0.45, 15.5, 2.5), (x + 0.45, 16.5, 2.66), plain((0.3, 0.29, 0.27)))
    rails = bars(0.14, 0.035, (0.15, 1.75))
    for x0, x1 in ((-22.0, -4.95), (8.6, 26.0)):
        out.append(Surface(corner_m=(x0, 16, 0), edge_a=(x1 - x0, 0, 0), edge_b=(0, 0, 1.9),
                           texture=dark, mask=rails))  # fmt: skip
    out += box((5.6, 15.0, 0), (7.3, 17.0, 2.25), plain((0.28, 0.27, 0.24)), dark)
    out.append(Surface(corner_m=(5.85, 14.98, 1.0), edge_a=(1.2, 0, 0), edge_b=(0, 0, 0.9),
                       texture=plain((0.03, 0.04, 0.05)),
                       glow=plain((0.10, 0.085, 0.05), 0.5, 0.7)))  # fmt: skip
    out += pole(9.6, 24.5, 5.2, 0.13, dark) + pole(-12.0, 24.5, 5.2, 0.13, dark)
    out += pole(_PIVOT[0], _PIVOT[1] - 0.25, 1.2, 0.34, plain((0.4, 0.3, 0.04)))
    out += pole(_PIVOT[0] - _ARM_M + 0.1, 15.75, 0.92, 0.12, plain((0.35, 0.35, 0.34)))
    for i, (x, y, w, h) in enumerate(((8.5, 40, 8, 9), (17, 36, 7, 8), (26, 44, 9, 10))):
        out.append(Surface(corner_m=(x, y, 0), edge_a=(w, 0, 0), edge_b=(0, 0, h),
                           texture=plain((0.035, 0.045, 0.025), 0.5, 0.8),
                           mask=foliage(w, h, 2.2, i), casts=False))  # fmt: skip
    return out


def _walkers() -> list[Walker]:
    t = day_s
    return [
        Walker(path=((t("14:21:58"), -14, 28.6), (t("14:22:27"), 8, 28.4)), phase=0.4),
        Walker(path=((t("14:22:04"), 10, 9.4), (t("14:22:22"), -9, 8.8)), coat=(0.16, 0.05, 0.05),
               height_m=1.68),
        Walker(path=((t("14:22:36"), -8, 13.0), (t("14:22:44"), 2.6, 14.4),
                     (t("14:22:56"), 2.9, 14.3), (t("14:23:04"), 0.5, 19.0),
                     (t("14:23:16"), -3.5, 26.6), (t("14:23:30"), -7.0, 27.2)), vest=True),
        Walker(path=((t("14:22:33"), -6.0, 29.0), (t("14:22:47"), -17.0, 27.0)), height_m=1.82),
        Walker(path=((t("14:22:34"), -5.2, 29.0), (t("14:22:50"), -17.5, 26.2)), height_m=1.64,
               coat=(0.20, 0.19, 0.17), phase=1.1),
        Walker(path=((t("14:23:26.6"), 5.6, 31.5), (t("14:23:33"), 13.5, 23.0),
                     (t("14:23:38"), 22.0, 17.0)), coat=(0.03, 0.03, 0.035)),
        Walker(path=((t("14:23:18"), 1.2, 23.4), (t("14:23:24"), 3.8, 26.4),
                     (t("14:23:31"), 3.9, 27.0), (t("14:23:38"), 6.4, 31.0)), vest=True,
               coat=(0.03, 0.03, 0.05), phase=2.0),
        Walker(path=((t("14:23:46"), -12, 9.0), (t("14:24:08"), 11, 10.2)), height_m=1.70,
               coat=(0.11, 0.13, 0.18)),
        Walker(path=((t("14:24:02"), 9, 28.5), (t("14:24:31"), -13, 28.6)), phase=0.9),
    ]  # fmt: skip


class GateView:
    """Renders camera 1's picture of any instant."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        camera = Camera(position_m=(-1.0, 1.5, 5.4), target_m=(0.5, 22.0, 1.35), field_deg=56)
        self.world = world = StillWorld(camera, _surfaces(), dusk_sky)
        self.sensor = Sensor(exposure=2.6, noise=0.0075, seed=101)
        street = (1.0, 0.62, 0.30)
        self.lamps = {
            "street": Lamp(position_m=(9.6, 24.0, 5.1), colour=street, power=26.0),
            "street_left": Lamp(position_m=(-12.0, 24.0, 5.1), colour=street, power=24.0),
            "gate": Lamp(position_m=(-4.6, 15.4, 3.1), colour=(0.95, 0.95, 0.80), power=6.0),
            "strobe": Lamp(position_m=(-3.2, 29.6, 4.6), colour=(0.9, 0.95, 1.0), power=26.0),
            "flash": Lamp(position_m=(5.5, 30.9, 1.5), colour=(1.0, 0.86, 0.6), power=60.0),
            "headlights": Lamp(position_m=(21.0, 13.0, 0.8), colour=(1.0, 0.95, 0.85),
                               power=620.0, aim_m=(-4.0, 30.0, 1.6), cone_deg=34),
        }  # fmt: skip
        powers = {
            "street": lambda t: 1.0 + 0.015 * np.sin(37.7 * t),
            "street_left": lambda t: 1.0,
            "gate": lambda t: 1.0 if t >= EVENTS["lamp"][0] else 0.0,
            "strobe": strobe_power,
            "flash": flash_power,
            "headlights": headlight_power,
        }
        self.powers = powers
        self.layers = {n: Layer(world.lit_by(lamp), powers[n]) for n, lamp in self.lamps.items()}
        ambient = (0.20, 0.225, 0.30)
        self.ambient = ambient
        self.base = world.ambient(ambient, (0.13, 0.145, 0.19)) + world.glow
        self.walkers = _walkers()

    def _arm_angle(self, time_s: float) -> float:
        """Angle of the barrier above level, radians; it falls faster and faster onto its stop."""
        hit = EVENTS["barrier"][0]
        share = np.clip((time_s - (hit - 2.6)) / 2.6, 0, 1)
        return float(1.42 * (1 - share**1.9))

    def _barrier(self, frame: Floats, time_s: float, lighting: Lighting) -> None:
        angle = self._arm_angle(time_s)
        along = vec([-np.cos(angle), 0, np.sin(angle)])
        across = vec([np.sin(angle), 0, np.cos(angle)]) * np.float32(0.075)
        root = vec(_PIVOT) + vec([0, -0.3, 0])
        light, _ = lighting.at(root + along * 3, vec([0, -1, 0]))
        light = light + vec(self.ambient)
        polygons = []
        for i in range(12):
            a, b = root + along * (_ARM_M * i / 12), root + along * (_ARM_M * (i + 1) / 12)
            tone = vec([0.5, 0.04, 0.03]) if i % 2 else vec([0.55, 0.55, 0.52])
            value = tuple(float(v) for v in tone * light)
            polygons.append((np.stack([a - across, b - across, b + across, a + across]), value))
        draw_polygons(frame, self.world, polygons)

    def _car(self, time_s: float) -> Car:
        """The patrol car comes in from the right and stops before the corner."""
        since = time_s - EVENTS["light_bar"][0]
        path = 11.2 * (1 - np.exp(-since / 1.9))
        return Car(x_m=11.6 - path, y_m=22.4 + 0.05 * path, heading=np.pi - 0.04)

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture of a reference time."""
        frame = add_layers(self.base, list(self.layers.values()), time_s)
        lamps = [(lamp, self.powers[n](time_s), self.layers[n].picture)
                 for n, lamp in self.lamps.items()]  # fmt: skip
        car = self._car(time_s)
        red, blue = light_bar(time_s)
        moving = []
        if time_s > EVENTS["light_bar"][0] - 0.9:
            nose = car.point(2.3, 0, 0.65)
            moving.append(
                Lamp(
                    position_m=nose,
                    colour=(1, 0.95, 0.85),
                    power=45.0,
                    aim_m=car.point(14, 0, 0.0),
                    cone_deg=50,
                )
            )
            for side, colour, power in (
                (0.4, (1.0, 0.06, 0.04), red),
                (-0.4, (0.08, 0.2, 1.0), blue),
            ):
                if power > 0:
                    at = car.point(-0.2, side, 1.75)
                    moving.append(Lamp(position_m=at, colour=colour, power=20.0 * power))
        for lamp in moving:
            frame += self.world.moving_light(lamp)
        lighting = Lighting(self.ambient, lamps + [(lamp, 1.0, None) for lamp in moving])
        walkers = sorted(self.walkers, key=lambda w: -(s[0][1] if (s := w.stance(time_s)) else 0))
        far = [w for w in walkers if (s := w.stance(time_s)) and s[0][1] > car.y_m]
        for walker in far:
            draw_walker(frame, self.world, walker, time_s, lighting)
        if moving:
            draw_car(frame, self.world, car, lighting)
            self._car_lights(frame, car, red, blue)
        self._barrier(frame, time_s, lighting)
        for walker in walkers:
            if walker not in far:
                draw_walker(frame, self.world, walker, time_s, lighting)
        self._own_lights(frame, time_s)
        picture = self.sensor.develop(frame, index)
        shown = int(cam1_displayed_s(time_s))
        text = f"{shown // 3600:02d}:{shown // 60 % 60:02d}:{shown % 60:02d}"
        burn_clock(picture, f"2024-12-19 {text}", (396, 12))
        burn_clock(picture, "CAM 1 GATE", (14, 330))
        return picture

    def _car_lights(self, frame: Floats, car: Car, red: float, blue: float) -> None:
        for side in (0.65, -0.65):
            glow(frame, self.world, car.point(2.32, side, 0.68), (1, 0.95, 0.8), 1.3, 2.2, 12)
        bar = ((0.42, (1.0, 0.10, 0.06), red), (-0.42, (0.12, 0.3, 1.0), blue))
        for side, colour, power in bar:
            glow(frame, self.world, car.point(-0.2, side, 1.56), colour, 5 * power, 2.6, 20)

    def _own_lights(self, frame: Floats, time_s: float) -> None:
        for name, size in (("street", 2.2), ("street_left", 2.2), ("gate", 2.4)):
            lamp = self.lamps[name]
            glow(frame, self.world, lamp.position_m, lamp.colour, 3 * self.powers[name](time_s),
                 size, 16)  # fmt: skip
        glow(frame, self.world, self.lamps["strobe"].position_m, (0.9, 0.95, 1),
             7 * strobe_power(time_s), 3.0, 26)  # fmt: skip
        glow(frame, self.world, (5.25, 29.9, 1.5), (1, 0.88, 0.6), 9 * flash_power(time_s), 7, 40)
