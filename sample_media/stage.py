"""A still world with its lamps and people: what every camera view is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .figures import Lighting, Walker, draw_walker, glow
from .film import Layer, Sensor, add_layers
from .world import Floats, Lamp, StillWorld

__all__ = ["Light", "Stage"]

Power = Callable[[float], float]


def always(_time_s: float) -> float:
    """A lamp that burns all the time."""
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A fixed lamp, how bright it is when, and how it looks in the lens."""

    lamp: Lamp
    power: Power = always
    shine: float = 0.0
    core_px: float = 2.2
    halo_px: float = 16.0


@dataclass(slots=True, kw_only=True)
class Stage:
    """Lit pictures of a still world, and the people who walk through it."""

    world: StillWorld
    sensor: Sensor
    lights: list[Light]
    ambient: tuple[float, float, float]
    walls: tuple[float, float, float]
    walkers: list[Walker] = field(default_factory=list)
    base: Floats = field(init=False)
    layers: list[Layer] = field(init=False)

    def __post_init__(self) -> None:
        """Light the world with each lamp in turn."""
        self.base = self.world.ambient(self.ambient, self.walls) + self.world.glow
        self.layers = [Layer(self.world.lit_by(x.lamp), x.power) for x in self.lights]

    def start(self, time_s: float, moving: list[Lamp]) -> tuple[Floats, Lighting]:
        """Picture of the still world at a time, and the light that figures stand in."""
        frame = add_layers(self.base, self.layers, time_s)
        for lamp in moving:
            frame += self.world.moving_light(lamp)
        lamps = [
            (light.lamp, light.power(time_s), layer.picture)
            for light, layer in zip(self.lights, self.layers, strict=True)
        ]
        return frame, Lighting(self.ambient, [*lamps, *((lamp, 1.0, None) for lamp in moving)])

    def people(
        self, frame: Floats, time_s: float, lighting: Lighting,
        near_m: float = -1e9, far_m: float = 1e9,
    ) -> None:  # fmt: skip
        """Draw everybody between two distances along y, the farthest first."""
        here = [(s[0][1], w) for w in self.walkers if (s := w.stance(time_s))]
        for y, walker in sorted(here, key=lambda pair: -pair[0]):
            if near_m <= y < far_m:
                draw_walker(frame, self.world, walker, time_s, lighting)

    def halos(self, frame: Floats, time_s: float) -> None:
        """Add the lamps themselves."""
        for light in self.lights:
            if light.shine:
                power = light.shine * light.power(time_s)
                glow(frame, self.world, light.lamp.position_m, light.lamp.colour, power,
                     light.core_px, light.halo_px)  # fmt: skip
