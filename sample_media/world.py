"""A small still world of flat surfaces: camera, what each pixel sees, and how lamps light it.

Every surface is a rectangle with a texture in metres. The picture of one lamp alone is computed
once per scene (with shadows); a film picture is then a weighted sum of those, which is why
strobes, lamps and flashes light walls and ground as they would.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Camera", "Floats", "Lamp", "StillWorld", "Surface", "noise_at", "vec"]

# Single precision everywhere; cv2 does not tell the type checker which it returns.
Floats = NDArray[Any]
Texture = Callable[[Floats, Floats], Floats]
Mask = Callable[[Floats, Floats], NDArray[np.bool_]]


def vec(values: ArrayLike) -> Floats:
    """Values as single-precision numbers, which is what all drawing is done in."""
    return np.asarray(values, np.float32)


def _vec(*values: float) -> Floats:
    return np.array(values, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole camera; x is right, y is away, z is up, in metres."""

    position_m: tuple[float, float, float]
    target_m: tuple[float, float, float]
    field_deg: float
    width: int = 640
    height: int = 360

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Unit vectors right, down and forward."""
        forward = _vec(*self.target_m) - _vec(*self.position_m)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, _vec(0, 0, 1))
        right /= np.linalg.norm(right)
        return right, np.cross(forward, right), forward

    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self.width / 2 / float(np.tan(np.radians(self.field_deg / 2)))

    def rays(self, scale: int) -> Floats:
        """Directions of all pixels, ``(height × scale, width × scale, 3)``, not normalised."""
        right, down, forward = self.axes()
        x = (np.arange(self.width * scale, dtype=np.float32) + 0.5) / scale - self.width / 2
        y = (np.arange(self.height * scale, dtype=np.float32) + 0.5) / scale - self.height / 2
        flat = x[None, :, None] * right + y[:, None, None] * down
        return (flat / np.float32(self.focal_px()) + forward).astype(np.float32)

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Pixel positions ``(n, 2)`` and depths ``(n,)`` of points ``(n, 3)``."""
        right, down, forward = self.axes()
        local = np.asarray(points_m, np.float32) - _vec(*self.position_m)
        depth = np.maximum(local @ forward, 1e-3)
        x = local @ right / depth * self.focal_px() + self.width / 2
        y = local @ down / depth * self.focal_px() + self.height / 2
        return np.stack([x, y], axis=-1), depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A rectangle: corner, two edges, a texture in metres, maybe holes and light of its own."""

    corner_m: tuple[float, float, float]
    edge_a: tuple[float, float, float]
    edge_b: tuple[float, float, float]
    texture: Texture
    mask: Mask | None = None
    glow: Texture | None = None
    casts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """A point lamp; with an aim it is a spot that falls off outside `cone_deg`."""

    position_m: tuple[float, float, float]
    colour: tuple[float, float, float]
    power: float
    aim_m: tuple[float, float, float] | None = None
    cone_deg: float = 60.0


_NOISE: list[Floats] = []


def noise_at(a: Floats, b: Floats, scale_m: float, seed: int = 0) -> Floats:
    """Smooth tiling noise between −1 and 1 with features of about `scale_m`."""
    if not _NOISE:
        random = np.random.default_rng(20240519)
        for _ in range(4):
            layer = sum(
                cv2.resize(
                    np.tile(random.standard_normal((n, n)).astype(np.float32), (2, 2)),
                    (1024, 1024),
                    interpolation=cv2.INTER_CUBIC,
                )[:512, :512]
                * (16 / n) ** 0.6
                for n in (16, 32, 64, 128, 256)
            )
            _NOISE.append(np.asarray(layer / np.abs(layer).max(), np.float32))
    table = _NOISE[seed % 4]
    i = np.floor(a / scale_m * 32 + 97.0 * seed).astype(np.int64) % 512
    j = np.floor(b / scale_m * 32 + 41.0 * seed).astype(np.int64) % 512
    return table[j, i]


@dataclass(slots=True)
class _Hits:
    """What a bundle of rays sees."""

    depth: Floats
    which: NDArray[np.int16]
    a: Floats
    b: Floats


def _unit(v: tuple[float, float, float]) -> tuple[Floats, float]:
    length = float(np.linalg.norm(v))
    return _vec(*v) / np.float32(length), length


def _cast(origin: Floats, rays: Floats, surfaces: list[Surface], limit: Floats) -> _Hits:
    """Nearest surface along each ray; `origin` is one point or one per ray."""
    shape = rays.shape[:-1]
    hits = _Hits(
        limit.copy(), np.full(shape, -1, np.int16), np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )  # fmt: skip
    for index, surface in enumerate(surfaces):
        (ua, la), (ub, lb) = _unit(surface.edge_a), _unit(surface.edge_b)
        normal = np.cross(ua, ub)
        facing = rays @ normal
        facing = np.where(np.abs(facing) < 1e-9, np.float32(1e-9), facing)
        corner = _vec(*surface.corner_m)
        t = ((corner - origin) @ normal) / facing
        point = origin + t[..., None] * rays - corner
        a, b = point @ ua, point @ ub
        hit = (t > 1e-3) & (t < hits.depth) & (a >= 0) & (a <= la) & (b >= 0) & (b <= lb)
        if surface.mask is not None:
            hit &= surface.mask(a, b)
        hits.depth[hit], hits.which[hit] = t[hit], index
        hits.a[hit], hits.b[hit] = a[hit], b[hit]
    return hits


@dataclass(slots=True)
class StillWorld:
    """What one camera sees of unmoving things, ready to be lit.

    Attributes
    ----------
    depth : Floats
        Distance along the viewing axis of every pixel, metres.
    albedo, position, normal : Floats
        Of every pixel, in the size of the film picture.
    glow : Floats
        Light that surfaces and sky give by themselves.
    """

    camera: Camera
    surfaces: list[Surface]
    sky: Callable[[Floats], Floats]
    depth: Floats = field(init=False)
    albedo: Floats = field(init=False)
    position: Floats = field(init=False)
    normal: Floats = field(init=False)
    glow: Floats = field(init=False)
    _fine: tuple[Floats, Floats, Floats] = field(init=False)

    def __post_init__(self) -> None:
        """Cast the rays, twice as fine as the picture, and keep both sizes."""
        rays = self.camera.rays(2)
        origin = _vec(*self.camera.position_m)
        hits = _cast(origin, rays, self.surfaces, np.full(rays.shape[:2], 1e4, np.float32))
        albedo = np.zeros(rays.shape, np.float32)
        normal = np.zeros(rays.shape, np.float32)
        glow = self.sky(rays / np.linalg.norm(rays, axis=-1, keepdims=True))
        glow[hits.which >= 0] = 0
        for index, surface in enumerate(self.surfaces):
            seen = hits.which == index
            if not seen.any():
                continue
            a, b = hits.a[seen], hits.b[seen]
            albedo[seen] = surface.texture(a, b)
            if surface.glow is not None:
                glow[seen] = surface.glow(a, b)
            n = np.cross(_unit(surface.edge_a)[0], _unit(surface.edge_b)[0])
            toward = (rays[seen] @ n) > 0
            normal[seen] = np.where(toward[:, None], -n, n)
        position = origin + hits.depth[..., None] * rays
        self._fine = (albedo, position, normal)
        self.depth = hits.depth[::2, ::2]
        self.albedo, self.glow = self._half(albedo), self._half(glow)
        self.position, self.normal = position[::2, ::2], normal[::2, ::2]

    @staticmethod
    def _half(image: Floats) -> Floats:
        return cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)

    def ambient(self, up: tuple[float, float, float], down: tuple[float, float, float]) -> Floats:
        """Picture in the light of the sky alone: `up` on ground, mixed with `down` on walls."""
        albedo, _, normal = self._fine
        share = (normal[..., 2:3] * 0.5 + 0.5) ** 1.5
        light = share * _vec(*up) + (1 - share) * _vec(*down)
        return self._half(albedo * light)

    def lit_by(self, lamp: Lamp, *, shadows: bool = True, soft_px: float = 1.2) -> Floats:
        """Picture in the light of one lamp at full power."""
        albedo, position, normal = self._fine
        light = irradiance(position, normal, lamp)
        if shadows:
            at = _vec(*lamp.position_m)
            coarse, facing = position[::2, ::2], normal[::2, ::2]
            start = coarse + facing * np.float32(0.02)
            casting = [s for s in self.surfaces if s.casts]
            hits = _cast(start, at - start, casting, np.full(coarse.shape[:2], 0.999, np.float32))
            free = cv2.GaussianBlur((hits.which < 0).astype(np.float32), (0, 0), soft_px)
            light *= cv2.resize(free, light.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return self._half(albedo * light[..., None] * _vec(*lamp.colour))

    def moving_light(self, lamp: Lamp) -> Floats:
        """Picture in the light of a lamp that moves: half as fine, without shadows."""
        light = irradiance(self.position[::2, ::2], self.normal[::2, ::2], lamp)
        light = cv2.resize(light, self.albedo.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return self.albedo * light[..., None] * _vec(*lamp.colour)


def irradiance(position: Floats, normal: Floats, lamp: Lamp) -> Floats:
    """Lambert light of a lamp at every pixel, without shadows."""
    to_lamp = _vec(*lamp.position_m) - position
    square = np.einsum("...i,...i->...", to_lamp, to_lamp) + np.float32(0.05)
    inverse = 1 / np.sqrt(square)
    cosine = np.einsum("...i,...i->...", to_lamp, normal) * inverse
    light = np.maximum(cosine, 0) / square * np.float32(lamp.power)
    if lamp.aim_m is not None:
        aim, _ = _unit(tuple(np.subtract(lamp.aim_m, lamp.position_m)))
        along = np.einsum("...i,i->...", -to_lamp, aim) * inverse
        edge = np.float32(np.cos(np.radians(lamp.cone_deg / 2)))
        light = light * np.clip((along - edge) / (1 - edge), 0, 1) ** 0.7
    return np.asarray(light)
