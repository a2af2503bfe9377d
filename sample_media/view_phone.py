"""The phone: held by hand on the lawn, 61 m from the corner where the flash is."""

import cv2
import numpy as np

from .events import EVENTS, PHONE, day_s
from .figures import Car, Walker, draw_car, glow
from .film import Pictures, Sensor
from .lights import flash_power, light_bar
from .stage import Light, Stage
from .textures import asphalt, bars, box, facade, foliage, hedge, plain, pole, window_glow
from .view_gate import dusk_sky
from .world import Camera, Floats, Lamp, StillWorld, Surface, noise_at, vec

__all__ = ["PhoneView"]

_WIDE, _HIGH = 800, 480
_WINDOWS = ((3.4, 3.5), (1.5, 1.9))


def _grass(a: Floats, b: Floats) -> Floats:
    """Rough winter lawn."""
    tone = 1 + 0.5 * noise_at(a, b, 0.5, 1) + 0.4 * noise_at(a, b, 5.0, 2)
    return tone[..., None] * vec([0.055, 0.075, 0.03])


def _surfaces() -> list[Surface]:
    """Lawn, road, the north front seen aslant, the corner at its far end."""
    front, dark = facade(*_WINDOWS), plain((0.04, 0.045, 0.045))
    lit = {(2, 0): 0.4, (5, 1): 0.5, (11, 0): 0.4, (14, 2): 0.3}
    out = [
        Surface(corner_m=(-40, -5, 0), edge_a=(100, 0, 0), edge_b=(0, 130, 0),
                texture=asphalt([(50.4, 50.5, 8, 100)])),
        Surface(corner_m=(-9.0, -5, 0.06), edge_a=(12.2, 0, 0), edge_b=(0, 60, 0),
                texture=_grass),
        Surface(corner_m=(-13, -4, 0), edge_a=(0, 65, 0), edge_b=(0, 0, 10.5), texture=front,
                glow=window_glow(*_WINDOWS, 1.0, lit)),
        Surface(corner_m=(-13, 61, 0), edge_a=(-20, 0, 0), edge_b=(0, 0, 10.5), texture=front),
        Surface(corner_m=(-40, 104, 0), edge_a=(100, 0, 0), edge_b=(0, 0, 8), texture=dark,
                mask=hedge(8, 0), casts=False),
        Surface(corner_m=(14.5, 4, 0), edge_a=(0, 80, 0), edge_b=(0, 0, 1.7), texture=dark,
                mask=bars(0.16, 0.04, (0.2, 1.6))),
    ]  # fmt: skip
    trees = ((16.0, 30, 9, 11), (17, 52, 9, 10), (-8.0, 84, 12, 11), (6, 90, 11, 12))
    for i, (x, y, w, h) in enumerate(trees):
        out.append(Surface(corner_m=(x, y, 0), edge_a=(w, 0, 0), edge_b=(0, 0, h),
                           texture=plain((0.03, 0.04, 0.022), 0.5, 0.9),
                           mask=foliage(w, h, 2.4, i), casts=False))  # fmt: skip
    for far_m in (20.0, 48.0):
        out += pole(3.6, far_m, 5.2, 0.13, dark)
    return out + box((-1.2, 13.2, 0), (0.6, 13.7, 0.45), plain((0.14, 0.09, 0.05)))


class PhoneView:
    """Renders what the phone's camera sees, shaken by the hand that holds it."""

    def __init__(self) -> None:
        """Build the world and light it with each lamp in turn."""
        t = day_s
        camera = Camera(position_m=(1.2, 0.0, 1.62), target_m=(-2.0, 30.0, 2.6), field_deg=66,
                        width=_WIDE, height=_HIGH)  # fmt: skip
        walkers = [
            Walker(path=((t("14:23:06"), -3.0, 9.0), (t("14:23:20"), -4.5, 24.0),
                         (t("14:23:25.4"), -4.8, 29.0), (t("14:23:28"), -7.5, 25.0),
                         (t("14:23:33"), -8.6, 10.0)), coat=(0.22, 0.07, 0.06)),
            Walker(path=((t("14:23:06"), 5.6, 30.0), (t("14:23:50"), 6.4, 31.0)), vest=True,
                   coat=(0.03, 0.03, 0.05)),
            Walker(path=((t("14:23:25.9"), 4.4, 6.2), (t("14:23:36"), 2.6, 12.5),
                         (t("14:23:50"), -1.0, 30.0)), vest=True, coat=(0.03, 0.03, 0.05)),
            Walker(path=((t("14:23:08"), -9.5, 44.0), (t("14:23:26"), -9.0, 36.0),
                         (t("14:23:34"), -8.0, 22.0)), height_m=1.66),
        ]  # fmt: skip
        street = (1.0, 0.62, 0.3)
        flash = Lamp(position_m=(-12.4, 61.8, 1.5), colour=(1.0, 0.86, 0.6), power=150.0)
        self.stage = Stage(
            world=StillWorld(camera, _surfaces(), dusk_sky),
            sensor=Sensor(exposure=2.5, noise=0.006, seed=505, size=(_WIDE, _HIGH)),
            ambient=(0.20, 0.225, 0.30),
            walls=(0.13, 0.145, 0.19),
            walkers=walkers,
            lights=[
                Light(lamp=Lamp(position_m=(3.4, 20.0, 5.2), colour=street, power=20.0), shine=3),
                Light(lamp=Lamp(position_m=(3.4, 48.0, 5.2), colour=street, power=24.0), shine=3,
                      core_px=1.5, halo_px=10),
                Light(lamp=flash, power=flash_power, shine=10, core_px=5, halo_px=40),
            ],
        )  # fmt: skip
        self._shake = self._hand()

    @staticmethod
    def _hand() -> Floats:
        """Displacement (pixels) and roll (degrees) of the hand, 100 values a second."""
        random = np.random.default_rng(77)
        count = 4300
        steps = np.fft.rfftfreq(count, 0.01)
        shape = 1 / (0.25 + steps) ** 1.4 * np.exp(-((steps / 9) ** 2))
        out = []
        for size in (15.0, 10.0, 0.9):
            wave = np.fft.irfft(shape * np.exp(2j * np.pi * random.random(steps.size)), count)
            out.append(size * wave / wave.std())
        hand = np.array(out)
        jump = np.arange(count) * 0.01 - (EVENTS["flash"][0] + 0.30 - day_s("14:23:07"))
        hand[1] += np.where(jump > 0, 26 * np.exp(-jump / 0.25) * np.sin(17 * jump), 0)
        return hand

    def _car(self, time_s: float) -> Car:
        since = time_s - EVENTS["light_bar"][0]
        path = 15.0 * (1 - np.exp(-max(since + 1.4, 0) / 2.6))
        return Car(x_m=15.5 - path, y_m=46.0 - 0.15 * path, heading=np.pi + 0.12)

    def render(self, time_s: float, index: int) -> Pictures:
        """RGB picture of a reference time."""
        red, blue = light_bar(time_s)
        car = self._car(time_s)
        moving = [
            Lamp(position_m=car.point(-0.2, side, 1.8), colour=colour, power=26.0 * power)
            for side, colour, power in (
                (0.4, (1.0, 0.06, 0.04), red), (-0.4, (0.08, 0.2, 1.0), blue),
            )
            if power > 0
        ]  # fmt: skip
        moving.append(Lamp(position_m=car.point(2.3, 0, 0.65), colour=(1, 0.95, 0.85), power=60.0,
                           aim_m=car.point(14, 0, 0), cone_deg=50))  # fmt: skip
        frame, lighting = self.stage.start(time_s, moving)
        self.stage.people(frame, time_s, lighting, near_m=car.y_m)
        draw_car(frame, self.stage.world, car, lighting)
        for side in (0.65, -0.65):
            glow(frame, self.stage.world, car.point(2.32, side, 0.68), (1, 0.95, 0.8), 1.2, 1.5, 9)
        for side, colour, power in ((0.42, (1.0, 0.1, 0.06), red), (-0.42, (0.12, 0.3, 1.0), blue)):
            glow(frame, self.stage.world, car.point(-0.2, side, 1.56), colour, 5 * power, 2, 16)
        self.stage.people(frame, time_s, lighting, far_m=car.y_m)
        self.stage.halos(frame, time_s)
        picture = self.stage.sensor.develop(frame, index)
        at = min(int((time_s - day_s("14:23:07")) * 100), self._shake.shape[1] - 1)
        x, y, roll = self._shake[:, at]
        pan = 16 * np.sin((time_s - PHONE.segments[0].offset_s) / 40 * 5.0)
        turn = cv2.getRotationMatrix2D((_WIDE / 2, _HIGH / 2), float(roll), 1.0)
        turn[0, 2] -= (_WIDE - 640) / 2 + float(np.clip(x + pan, -70, 70))
        turn[1, 2] -= (_HIGH - 360) / 2 + float(np.clip(y, -50, 50))
        return cv2.warpAffine(picture, turn, (640, 360), flags=cv2.INTER_LINEAR)
