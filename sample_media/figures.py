"""Walking people and a patrol car, drawn into a lit picture with their shadows."""

from dataclasses import dataclass

import cv2
import numpy as np

from .world import Camera, Floats, Lamp, StillWorld, vec

__all__ = ["Car", "Lighting", "Walker", "draw_car", "draw_polygons", "draw_walker", "glow"]

_FINE = 3
Colour = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lighting:
    """The lamps that matter for a figure: each with its present power and its picture."""

    ambient: Colour
    lamps: list[tuple[Lamp, float, Floats | None]]

    def at(self, point_m: Floats, normal: Floats | None = None) -> tuple[Floats, Floats]:
        """Light that falls on a point, and where the strongest lamp is."""
        total = np.array(self.ambient, np.float32)
        best, where = 0.0, np.asarray(point_m, np.float32) + vec([0, 0, 3])
        for lamp, power, _ in self.lamps:
            if power <= 0:
                continue
            to_lamp = np.array(lamp.position_m, np.float32) - point_m
            square = float(to_lamp @ to_lamp) + 0.3
            cosine = 0.6
            if normal is not None:
                cosine = max(0.0, float(to_lamp @ normal) / square**0.5)
            light = lamp.power * power * cosine / square
            if lamp.aim_m is not None:
                aim = np.subtract(lamp.aim_m, lamp.position_m)
                along = float(-to_lamp @ aim) / (square**0.5 * float(np.linalg.norm(aim)))
                edge = float(np.cos(np.radians(lamp.cone_deg / 2)))
                light *= float(np.clip((along - edge) / (1 - edge), 0, 1))
            total = total + np.float32(light) * np.array(lamp.colour, np.float32)
            if light > best:
                best, where = light, np.array(lamp.position_m, np.float32)
        return total, where


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """A person who walks along points given as ``(time_s, x_m, y_m)``."""

    path: tuple[tuple[float, float, float], ...]
    height_m: float = 1.76
    coat: Colour = (0.07, 0.08, 0.10)
    trousers: Colour = (0.05, 0.05, 0.06)
    vest: bool = False
    phase: float = 0.0

    def stance(self, time_s: float) -> tuple[Floats, Floats, float, float] | None:
        """Place, heading, phase of the stride and how far the legs swing; None when away."""
        times = [p[0] for p in self.path]
        if not times[0] <= time_s <= times[-1]:
            return None
        leg = min(int(np.searchsorted(times, time_s, side="right")) - 1, len(times) - 2)
        (t0, *a), (t1, *b) = self.path[leg], self.path[leg + 1]
        start, end = vec([*a, 0]), vec([*b, 0])
        way = end - start
        length = float(np.linalg.norm(way))
        place = start + way * np.float32((time_s - t0) / (t1 - t0))
        walked = float(np.linalg.norm(place - start)) + 3.1 * leg
        speed = length / (t1 - t0)
        heading = way / length if length > 0.05 else vec([0.3, -0.95, 0])
        return place, heading, self.phase + walked / 0.72 * np.pi, float(np.clip(speed, 0.06, 1.6))

    def limbs(self, time_s: float) -> list[tuple[Floats, Floats, float, Colour]]:
        """Capsules ``(from, to, radius_m, colour)``, the far side first."""
        stance = self.stance(time_s)
        if stance is None:
            return []
        place, ahead, phase, speed = stance
        h = self.height_m
        side = vec([ahead[1], -ahead[0], 0])
        up = vec([0, 0, 1])
        swing = 0.40 * min(speed / 1.3, 1.2)
        bob = 0.02 * h * np.cos(2 * phase) * min(speed, 1.0)
        hip = place + up * np.float32(0.53 * h + bob) + ahead * np.float32(0.02)
        neck = hip + up * np.float32(0.31 * h) + ahead * np.float32(0.03 * speed)
        head = neck + up * np.float32(0.095 * h) + ahead * np.float32(0.03)
        out: list[tuple[Floats, Floats, float, Colour]] = []
        for sign in (-1, 1):
            angle = swing * np.sin(phase + (0 if sign > 0 else np.pi))
            bend = 0.12 + 0.75 * swing * max(0.0, np.cos(phase + (0 if sign > 0 else np.pi))) * 2
            root = hip + side * np.float32(sign * 0.09)
            thigh = ahead * np.float32(np.sin(angle)) - up * np.float32(np.cos(angle))
            knee = root + thigh * np.float32(0.255 * h)
            low = angle - bend
            shin = ahead * np.float32(np.sin(low)) - up * np.float32(np.cos(low))
            ankle = knee + shin * np.float32(0.245 * h)
            ankle[2] = max(float(ankle[2]), 0.05)
            out.append((root, knee, 0.085, self.trousers))
            out.append((knee, ankle, 0.062, self.trousers))
            out.append((ankle, ankle + ahead * np.float32(0.16), 0.045, (0.02, 0.02, 0.02)))
        arms = []
        for sign in (-1, 1):
            angle = -swing * 0.9 * np.sin(phase + (0 if sign > 0 else np.pi))
            shoulder = neck - up * np.float32(0.03 * h) + side * np.float32(sign * 0.19)
            upper = ahead * np.float32(np.sin(angle)) - up * np.float32(np.cos(angle))
            elbow = shoulder + upper * np.float32(0.175 * h) + side * np.float32(sign * 0.02)
            fore = angle + 0.45
            hand = elbow + ahead * np.float32(np.sin(fore) * 0.15 * h)
            hand = hand - up * np.float32(np.cos(fore) * 0.15 * h)
            arms.append(
                [(shoulder, elbow, 0.055, self.coat), (elbow, hand, 0.046, self.coat),
                 (hand, hand, 0.05, (0.32, 0.22, 0.17))]
            )  # fmt: skip
        torso = [
            (hip, neck - up * np.float32(0.06), 0.155, self.coat),
            (hip + side * np.float32(0.07), neck + side * np.float32(0.13) - up * np.float32(0.05),
             0.10, self.coat),
            (hip - side * np.float32(0.07), neck - side * np.float32(0.13) - up * np.float32(0.05),
             0.10, self.coat),
        ]  # fmt: skip
        if self.vest:
            lime: Colour = (0.45, 0.60, 0.06)
            torso.append((hip + up * np.float32(0.12), neck - up * np.float32(0.1), 0.17, lime))
            band = hip + up * np.float32(0.2)
            torso.append((band - side * 0.12, band + side * 0.12, 0.028, (0.85, 0.85, 0.85)))
        skull: list[tuple[Floats, Floats, float, Colour]] = [
            (neck, head, 0.055, (0.32, 0.22, 0.17)),
            (head, head + up * np.float32(0.06), 0.095, (0.32, 0.22, 0.17)),
            (head + up * np.float32(0.07) - ahead * np.float32(0.03),
             head + up * np.float32(0.08) - ahead * np.float32(0.02), 0.095, (0.03, 0.025, 0.02)),
        ]  # fmt: skip
        return [*arms[0], *out, *torso, *arms[1], *skull]


def _patch(
    points: Floats, margin: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """Clipped pixel box around points, or None when outside the picture."""
    x0, y0 = np.floor(points.min(axis=0) - margin).astype(int)
    x1, y1 = np.ceil(points.max(axis=0) + margin).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
    return (x0, y0, x1, y1) if x1 - x0 > 1 and y1 - y0 > 1 else None


def _line(image: Floats, a: Floats, b: Floats, thick: float, colour: Colour | float) -> None:
    """Round-ended line in a picture that is `_FINE` times as fine, positions in coarse pixels."""
    p, q = (tuple(int(v * _FINE * 16) for v in end) for end in (a, b))
    value = colour if isinstance(colour, tuple) else (colour,) * 3
    cv2.line(image, p, q, value, max(1, round(thick * _FINE)), cv2.LINE_8, 4)


def _blend(frame: Floats, colour: Floats, alpha: Floats, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    part = frame[y0:y1, x0:x1]
    part += alpha[..., None] * (colour - part)


def _coarse(image: Floats) -> Floats:
    return cv2.resize(image, None, fx=1 / _FINE, fy=1 / _FINE, interpolation=cv2.INTER_AREA)


def _shadow(
    frame: Floats, world: StillWorld, limbs: list[tuple[Floats, Floats, float, Colour]],
    lamp: Lamp, power: float, picture: Floats,
) -> None:  # fmt: skip
    """Take a lamp's light away where the figure's limbs keep it from the ground."""
    camera, at = world.camera, np.array(lamp.position_m, np.float32)
    cast = []
    for a, b, radius, _ in limbs:
        ends = []
        for point in (a, b):
            if point[2] > at[2] - 0.3:
                break
            ground = at + (point - at) * (at[2] / (at[2] - point[2]))
            ends.append(ground)
        if len(ends) == 2 and float(np.linalg.norm(ends[0] - a)) < 14:
            cast.append((*ends, radius))
    if not cast:
        return
    pixels, depth = camera.project(np.array([p for a, b, _ in cast for p in (a, b)]))
    if depth.min() < 0.4:
        return
    box = _patch(pixels, 6, frame.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    mask = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE, 3), np.float32)
    corner = vec([x0, y0])
    for i, (_, _, radius) in enumerate(cast):
        thick = 1.5 * radius * camera.focal_px() / depth[2 * i]
        _line(mask, pixels[2 * i] - corner, pixels[2 * i + 1] - corner, thick, 1.0)
    soft = cv2.GaussianBlur(_coarse(mask)[..., 0], (0, 0), 1.3)
    on_ground = world.normal[y0:y1, x0:x1, 2] > 0.9
    take = soft * on_ground * np.float32(0.85 * power)
    frame[y0:y1, x0:x1] -= take[..., None] * picture[y0:y1, x0:x1]


def draw_walker(
    frame: Floats, world: StillWorld, walker: Walker, time_s: float, lighting: Lighting
) -> None:
    """Draw one person, hidden by what stands nearer, with a shadow for every lamp."""
    limbs = walker.limbs(time_s)
    if not limbs:
        return
    for lamp, power, picture in lighting.lamps:
        if picture is not None and power > 0.02:
            _shadow(frame, world, limbs, lamp, power, picture)
    camera = world.camera
    pixels, depth = camera.project(np.array([p for a, b, *_ in limbs for p in (a, b)]))
    if depth.min() < 0.5:
        return
    scale = camera.focal_px() / float(depth.mean())
    box = _patch(pixels, 0.3 * scale + 2, frame.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    chest = np.asarray(limbs[0][0])
    light, lamp_at = lighting.at(chest)
    aside = camera.project(np.array([chest, chest + (lamp_at - chest) * np.float32(0.05)]))[0]
    toward = aside[1] - aside[0]
    toward = toward / (float(np.linalg.norm(toward)) + 1e-6)
    shade = np.array(lighting.ambient, np.float32) * 0.6 + light * np.float32(0.4)
    colour = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE, 3), np.float32)
    alpha = np.zeros_like(colour)
    corner = vec([x0, y0])
    for i, (_, _, radius, albedo) in enumerate(limbs):
        a, b, thick = pixels[2 * i] - corner, pixels[2 * i + 1] - corner, 2 * radius * scale
        _line(alpha, a, b, thick, 1.0)
        _line(colour, a, b, thick, tuple(float(v) for v in vec(albedo) * shade))
        moved = toward * np.float32(0.16 * thick)
        lit = tuple(float(v) for v in vec(albedo) * light * np.float32(1.15))
        _line(colour, a + moved, b + moved, thick * 0.62, lit)
    seen = world.depth[y0:y1, x0:x1] > float(depth.mean())
    soft = _coarse(alpha)[..., 0] * seen
    filled = _coarse(colour) / np.maximum(_coarse(alpha)[..., :1], 1e-3)
    _blend(frame, filled, soft, box)


def glow(
    frame: Floats, world: StillWorld, point_m: tuple[float, float, float], colour: Colour,
    power: float, core_px: float = 1.5, halo_px: float = 14.0,
) -> None:  # fmt: skip
    """Add a lamp's own brightness and its halo in the lens, when nothing stands in front."""
    if power <= 0:
        return
    pixels, depth = world.camera.project(np.array([point_m]))
    (x, y), far = pixels[0], float(depth[0])
    if far < 0.3 or not (-60 < x < frame.shape[1] + 60 and -60 < y < frame.shape[0] + 60):
        return
    inside = 0 <= x < frame.shape[1] and 0 <= y < frame.shape[0]
    if inside and world.depth[int(y), int(x)] < far - 0.35:
        return
    box = _patch(pixels, halo_px * 3, frame.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    dx = np.arange(x0, x1, dtype=np.float32) + 0.5 - x
    dy = np.arange(y0, y1, dtype=np.float32)[:, None] + 0.5 - y
    square = dx**2 + dy**2
    spot = np.exp(-square / (2 * core_px**2)) + 0.06 * np.exp(-square / (2 * halo_px**2))
    spot += 0.02 * np.exp(-np.abs(dx) / (halo_px * 0.8)) * np.exp(-(dy**2) / 4)
    frame[y0:y1, x0:x1] += (spot * power)[..., None] * np.array(colour, np.float32)


def draw_polygons(frame: Floats, world: StillWorld, polygons: list[tuple[Floats, Colour]]) -> None:
    """Draw flat-coloured polygons ``(n, 3)`` in the given order, hidden by what stands nearer."""
    camera: Camera = world.camera
    flat = np.concatenate([p for p, _ in polygons])
    pixels, depth = camera.project(flat)
    if depth.min() < 0.3:
        return
    box = _patch(pixels, 2, frame.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    colour = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE, 3), np.float32)
    alpha = np.zeros_like(colour)
    start = 0
    for points, value in polygons:
        at = (pixels[start : start + len(points)] - vec([x0, y0])) * _FINE
        start += len(points)
        corners = np.round(at * 16).astype(np.int32)
        cv2.fillPoly(colour, [corners], tuple(float(v) for v in value), cv2.LINE_8, 4)
        cv2.fillPoly(alpha, [corners], (1.0, 1.0, 1.0), cv2.LINE_8, 4)
    seen = world.depth[y0:y1, x0:x1] > float(depth.min()) - 0.1
    soft = _coarse(alpha)[..., 0] * seen
    filled = _coarse(colour) / np.maximum(_coarse(alpha)[..., :1], 1e-3)
    _blend(frame, filled, soft, box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """Where a car is: middle of its footprint and its heading in radians (0 = +x)."""

    x_m: float
    y_m: float
    heading: float
    marked: bool = True

    def place(self, local: Floats) -> Floats:
        """World positions of points in the car's own axes (ahead, left, up)."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)
        return (local @ turn.T + vec([self.x_m, self.y_m, 0])).astype(np.float32)

    def point(self, ahead: float, left: float, up: float) -> tuple[float, float, float]:
        """World position of one point in the car's own axes."""
        x, y, z = self.place(vec([[ahead, left, up]]))[0]
        return float(x), float(y), float(z)


_BODY = [(2.25, 0.30), (2.30, 0.62), (2.15, 0.80), (1.05, 0.95), (-1.75, 0.98), (-2.25, 0.92),
         (-2.32, 0.60), (-2.25, 0.30)]  # fmt: skip
_CABIN = [(1.05, 0.95), (0.35, 1.43), (-1.15, 1.45), (-1.85, 0.98)]


def _faces(marked: bool) -> list[tuple[Floats, Colour]]:
    """Outward polygons of the car in its own axes."""
    paint: Colour = (0.45, 0.46, 0.47) if marked else (0.10, 0.11, 0.13)
    glass: Colour = (0.02, 0.025, 0.03)
    faces: list[tuple[Floats, Colour]] = []
    for profile, half, colour in ((_BODY, 0.9, paint), (_CABIN, 0.74, glass)):
        for (x0, z0), (x1, z1) in zip(profile, [*profile[1:], profile[0]], strict=True):
            roof = colour is glass and z0 > 1.4 and z1 > 1.4
            strip = [(x0, -half, z0), (x0, half, z0), (x1, half, z1), (x1, -half, z1)]
            faces.append((vec(strip), paint if roof else colour))
        for sign in (1, -1):
            outline = vec([(x, sign * half, z) for x, z in profile])
            faces.append((outline if sign < 0 else outline[::-1], colour))
    for sign in (1, -1) if marked else ():
        for i in range(6):
            x0 = 1.35 - i * 0.5
            for z0, swap in ((0.5, 0), (0.67, 1)):
                check: Colour = (0.55, 0.50, 0.03) if (i + swap) % 2 else (0.02, 0.05, 0.28)
                cell = [(x0, z0), (x0 - 0.5, z0), (x0 - 0.5, z0 + 0.17), (x0, z0 + 0.17)]
                quad = vec([(x, sign * 0.905, z) for x, z in cell])
                faces.append((quad[::-1] if sign < 0 else quad, check))
    for sign in (1, -1):
        for x in (1.42, -1.4):
            for radius, tone in ((0.33, 0.012), (0.19, 0.16)):
                turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
                ring = [(x + radius * np.cos(a), sign * 0.91, 0.33 + radius * np.sin(a))
                        for a in turn]  # fmt: skip
                points = vec(ring)
                faces.append((points if sign < 0 else points[::-1], (tone, tone, tone)))
    return faces


def draw_car(frame: Floats, world: StillWorld, car: Car, lighting: Lighting) -> None:
    """Draw a car with its contact shadow."""
    foot = car.place(vec([[2.3, 0.95, 0], [2.3, -0.95, 0], [-2.3, -0.95, 0],
                                 [-2.3, 0.95, 0]]))  # fmt: skip
    pixels, depth = world.camera.project(foot)
    if depth.min() < 0.6:
        return
    mask = np.zeros(frame.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, np.round(pixels * 16).astype(np.int32), 1.0, cv2.LINE_8, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), 3.0) * (world.normal[..., 2] > 0.9)
    frame *= 1 - 0.75 * soft[..., None]
    camera_at = np.array(world.camera.position_m, np.float32)
    drawn = []
    for order, (local, albedo) in enumerate(_faces(car.marked)):
        points = car.place(local)
        normal = np.cross(points[1] - points[0], points[2] - points[1])
        normal /= np.linalg.norm(normal) + 1e-9
        middle = points.mean(axis=0)
        centre = np.array(car.point(0, 0, 0.7))
        outward = float(normal @ (middle - centre))
        if outward < 0:
            normal = -normal
        if float(normal @ (camera_at - middle)) <= 0:
            continue
        light, _ = lighting.at(middle, normal)
        sky = max(0.0, float(normal[2])) * 0.5
        shiny = np.array(lighting.ambient, np.float32) * np.float32(0.25 + sky)
        value = tuple(float(v) for v in np.array(albedo) * light + shiny * 0.3)
        drawn.append((order, points, value))
    draw_polygons(frame, world, [(points, value) for _, points, value in drawn])
