"""Textures in metres, and the pieces of a campus built from them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .world import Floats, Mask, Surface, Texture, noise_at

__all__ = [
    "asphalt", "bars", "box", "brick", "facade", "foliage", "hedge", "paint", "paving", "plain",
    "pole", "window_glow",
]  # fmt: skip

Point = tuple[float, float, float]


def _rgb(a: Floats, colour: tuple[float, float, float]) -> Floats:
    return np.broadcast_to(np.array(colour, np.float32), (*a.shape, 3)).copy()


def plain(colour: tuple[float, float, float], rough: float = 0.1, scale_m: float = 2.0) -> Texture:
    """One colour, a little dirty."""

    def texture(a: Floats, b: Floats) -> Floats:
        dirt = 1 + rough * noise_at(a, b, scale_m, 1) + rough * noise_at(a, b, scale_m * 6, 2)
        return _rgb(a, colour) * dirt[..., None]

    return texture


def asphalt(lines: list[tuple[float, float, float, float]] | None = None) -> Texture:
    """Worn asphalt with patches, cracks and painted lines ``(a0, a1, b0, b1)``."""

    def texture(a: Floats, b: Floats) -> Floats:
        tone = 0.11 * (1 + 0.5 * noise_at(a, b, 1.1, 0) + 0.45 * noise_at(a, b, 9.0, 1))
        crack = np.abs(noise_at(a, b, 5.0, 3)) < 0.012
        tone = np.where(crack, tone * 0.55, tone)
        colour = tone[..., None] * np.array([1.0, 1.0, 1.03], np.float32)
        for a0, a1, b0, b1 in lines or []:
            worn = noise_at(a, b, 1.5, 2) > -0.42
            paint_here = (a > a0) & (a < a1) & (b > b0) & (b < b1) & worn
            colour[paint_here] = (0.42, 0.41, 0.37)
        return colour.astype(np.float32)

    return texture


def paving(slab_m: float = 0.6, colour: tuple[float, float, float] = (0.2, 0.19, 0.18)) -> Texture:
    """Paving slabs with joints and stains."""

    def texture(a: Floats, b: Floats) -> Floats:
        row = np.floor(b / slab_m)
        shifted = a + 0.5 * slab_m * (row % 2)
        column = np.floor(shifted / slab_m)
        tone = 1 + 0.16 * (np.sin(column * 12.9898 + row * 78.233) * 43758.5453 % 1.0 - 0.5) * 2
        tone = tone * (1 + 0.3 * noise_at(a, b, 7.0, 1) + 0.12 * noise_at(a, b, 0.9, 2))
        joint = (shifted % slab_m < 0.025) | (b % slab_m < 0.025)
        return _rgb(a, colour) * np.where(joint, 0.5 * tone, tone)[..., None].astype(np.float32)

    return texture


def brick(colour: tuple[float, float, float] = (0.30, 0.135, 0.09)) -> Texture:
    """Stretcher-bond brickwork with pale mortar and weathering."""

    def texture(a: Floats, b: Floats) -> Floats:
        row = np.floor(b / 0.15)
        shifted = a + 0.22 * (row % 2)
        column = np.floor(shifted / 0.44)
        odd = np.sin(column * 12.9898 + row * 78.233) * 43758.5453 % 1.0
        tone = 0.75 + 0.5 * odd + 0.25 * noise_at(a, b, 6.0, 0)
        wall = _rgb(a, colour) * tone[..., None].astype(np.float32)
        joint = (shifted % 0.44 < 0.03) | (b % 0.15 < 0.025)
        wall[joint] = (0.25, 0.235, 0.21)
        damp = np.clip(1 - b / 1.2, 0, 1) * 0.35 * (1 + noise_at(a, b, 3.0, 1))
        return np.asarray(wall * (1 - damp[..., None]).astype(np.float32))

    return texture


def paint(base: Texture, panels: list[tuple[float, float, float, float, Point]]) -> Texture:
    """A texture with flat panels ``(a0, a1, b0, b1, colour)`` laid over it."""

    def texture(a: Floats, b: Floats) -> Floats:
        colour = base(a, b)
        for a0, a1, b0, b1, panel in panels:
            inside = (a > a0) & (a < a1) & (b > b0) & (b < b1)
            colour[inside] = panel
        return colour

    return texture


def _window_cells(
    a: Floats, b: Floats, every_m: tuple[float, float], size_m: tuple[float, float], sill_m: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats, Floats]:
    """Frame and glass of a regular grid of windows, and each pixel's column and storey."""
    column, storey = np.floor(a / every_m[0]), np.floor(b / every_m[1])
    x = a - column * every_m[0] - (every_m[0] - size_m[0]) / 2
    y = b - storey * every_m[1] - sill_m
    frame = (x > -0.08) & (x < size_m[0] + 0.08) & (y > -0.1) & (y < size_m[1] + 0.08)
    glass = (x > 0) & (x < size_m[0]) & (y > 0) & (y < size_m[1])
    glass &= (np.abs(x - size_m[0] / 2) > 0.03) & (np.abs(y - size_m[1] * 0.62) > 0.03)
    return frame, glass, column, storey


def facade(
    every_m: tuple[float, float], size_m: tuple[float, float], sill_m: float = 1.0,
    colour: Point = (0.30, 0.135, 0.09),
) -> Texture:  # fmt: skip
    """Brick wall with a grid of framed windows and a stone band below each storey."""
    wall = brick(colour)

    def texture(a: Floats, b: Floats) -> Floats:
        albedo = wall(a, b)
        band = (b % every_m[1]) < 0.22
        albedo[band] = (0.3, 0.28, 0.24)
        frame, glass, _, _ = _window_cells(a, b, every_m, size_m, sill_m)
        albedo[frame] = (0.42, 0.41, 0.38)
        albedo[glass] = (0.03, 0.035, 0.045)
        return albedo

    return texture


def window_glow(
    every_m: tuple[float, float], size_m: tuple[float, float], sill_m: float,
    lit: dict[tuple[int, int], float], sky: Point = (0.010, 0.014, 0.022),
) -> Texture:  # fmt: skip
    """Light from windows: rooms that are lit (with blinds), and the sky mirrored in the others."""

    def texture(a: Floats, b: Floats) -> Floats:
        _, glass, column, storey = _window_cells(a, b, every_m, size_m, sill_m)
        out = np.zeros((*a.shape, 3), np.float32)
        out[glass] = sky
        for (at_column, at_storey), power in lit.items():
            room = glass & (column == at_column) & (storey == at_storey)
            blinds = 0.7 + 0.3 * ((b[room] % 0.12) < 0.07)
            spread = blinds * (0.8 + 0.35 * noise_at(a[room], b[room], 2.0, at_column))
            out[room] = (spread * power)[:, None] * np.array([1.0, 0.78, 0.45], np.float32)
        return out

    return texture


def bars(every_m: float = 0.13, width_m: float = 0.03, rails_m: tuple[float, ...] = ()) -> Mask:
    """Holes of a railing: upright bars and level rails."""

    def mask(a: Floats, b: Floats) -> NDArray[np.bool_]:
        solid = (a % every_m) < width_m
        for rail in rails_m:
            solid |= np.abs(b - rail) < 0.035
        return solid

    return mask


def foliage(width_m: float, height_m: float, trunk_m: float, seed: int) -> Mask:
    """Ragged crown on a trunk."""

    def mask(a: Floats, b: Floats) -> NDArray[np.bool_]:
        x, y = (a - width_m / 2) / (width_m / 2), (b - trunk_m) / (height_m - trunk_m)
        round_part = x**2 + (2 * y - 1) ** 2
        ragged = 0.42 * noise_at(a, b, 4.0, seed) + 0.35 * noise_at(a, b, 0.9, seed + 1)
        crown = (round_part + ragged * 1.6 < 0.72) & (y > 0)
        return crown | ((np.abs(a - width_m / 2) < 0.13) & (b < trunk_m + 1.5))

    return mask


def hedge(height_m: float, seed: int) -> Mask:
    """Ragged upper edge."""

    def mask(a: Floats, b: Floats) -> NDArray[np.bool_]:
        return b < height_m * (0.82 + 0.18 * noise_at(a, b * 0, 3.0, seed))

    return mask


def box(low: Point, high: Point, texture: Texture, top: Texture | None = None) -> list[Surface]:
    """Four walls and a roof."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    up = (0.0, 0.0, z1 - z0)
    dx, dy = (x1 - x0, 0.0, 0.0), (0.0, y1 - y0, 0.0)
    walls = [((x0, y0, z0), dx), ((x0, y1, z0), dx), ((x0, y0, z0), dy), ((x1, y0, z0), dy)]
    sides = [Surface(corner_m=c, edge_a=e, edge_b=up, texture=texture) for c, e in walls]
    return [
        *sides,
        Surface(corner_m=(x0, y0, z1), edge_a=dx, edge_b=dy, texture=top or texture),
    ]


def pole(x: float, y: float, height_m: float, width_m: float, texture: Texture) -> list[Surface]:
    """Square post; too thin to cast a shadow worth drawing, least of all from its own lamp."""
    h = width_m / 2
    sides = box((x - h, y - h, 0.0), (x + h, y + h, height_m), texture)
    return [replace(side, casts=False) for side in sides]
