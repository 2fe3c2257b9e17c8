"""A sheet to draw on, and the things that several scenes show: ground, houses, cars, trees."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 900
Colour = tuple[int, int, int]
Point = tuple[float, float]

SKY, HAZE = (176, 204, 224), (226, 234, 238)
GRASS, ASPHALT, CONCRETE = (116, 152, 92), (98, 100, 104), (190, 188, 182)
CARS: tuple[Colour, ...] = (
    (232, 232, 230), (52, 54, 60), (150, 154, 160), (148, 44, 42), (44, 74, 124), (206, 196, 176),
)  # fmt: skip


class Canvas:
    """A picture of 1200×900 with its pen and its own dice."""

    def __init__(self, dice: random.Random) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), CONCRETE)
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        self.dice = dice

    def wash(self, top: Colour, bottom: Colour, first: int = 0, last: int = HEIGHT) -> None:
        """Fill the rows from `first` to `last` with one colour running into another."""
        for y in range(first, last):
            self.pen.line([(0, y), (WIDTH, y)], mix(top, bottom, (y - first) / (last - first)))

    def blot(self, centre: Point, size: Point, fill: tuple[int, ...], rough: float = 0.2) -> None:
        """An uneven round spot, as water and puddles make it."""
        phases = [self.dice.uniform(0, math.tau) for _ in range(3)]
        outline = []
        for step in range(72):
            angle = step * math.tau / 72
            waves = sum(math.sin(angle * (k + 2) + phases[k]) / (k + 2) for k in range(3))
            reach = 1 + rough * waves
            outline.append(
                (
                    centre[0] + size[0] * reach * math.cos(angle),
                    centre[1] + size[1] * reach * math.sin(angle),
                )
            )
        self.pen.polygon(outline, fill)

    def houses(self, horizon: int, tallest: int) -> None:
        """A row of blocks of flats standing on the horizon."""
        x = -40
        while x < WIDTH:
            width, height = self.dice.randint(150, 230), self.dice.randint(tallest // 2, tallest)
            tone = self.dice.randint(196, 226)
            self.pen.rectangle(
                (x, horizon - height, x + width, horizon), (tone, tone - 6, tone - 16)
            )
            for top in range(horizon - height + 18, horizon - 24, 34):
                for left in range(x + 16, x + width - 24, 36):
                    self.pen.rectangle((left, top, left + 20, top + 18), (138, 156, 170))
            x += width + self.dice.randint(8, 50)

    def car(self, left: float, bottom: float, length: float, van: bool = False) -> None:
        """A car from the side, `length` pixels long, its wheels on `bottom`."""
        paint = (226, 226, 224) if van else self.dice.choice(CARS)
        height = length * (0.46 if van else 0.34)
        top, belt, sill = bottom - height, bottom - height * 0.52, bottom - length * 0.05
        self.pen.ellipse(
            (left - 8, bottom - length * 0.05, left + length + 8, bottom + length * 0.05),
            (20, 22, 24, 90),
        )
        roof = (0.10, 0.86) if van else (0.24, 0.72)
        foot = (0.03, 0.97) if van else (0.12, 0.88)
        cabin = [(left + length * foot[0], belt), (left + length * roof[0], top),
                 (left + length * roof[1], top), (left + length * foot[1], belt)]  # fmt: skip
        self.pen.polygon(cabin, mix(paint, (255, 255, 255), 0.08))
        pane = [(x + (length * 0.03 if k < 2 else -length * 0.03), y + (4 if k in (1, 2) else 0))
                for k, (x, y) in enumerate(cabin)]  # fmt: skip
        self.pen.polygon(pane, (62, 78, 92))
        self.pen.line(
            [(left + length * 0.5, top), (left + length * 0.5, belt)],
            paint,
            max(3, round(length) // 60),
        )
        self.pen.rounded_rectangle((left, belt, left + length, sill), length * 0.06, paint)
        for centre in (0.2, 0.8):
            x, r = left + length * centre, length * 0.085
            self.pen.ellipse((x - r, bottom - 2 * r, x + r, bottom), (30, 30, 32))
            self.pen.ellipse(
                (x - r / 2, bottom - 1.5 * r, x + r / 2, bottom - r / 2), (168, 170, 172)
            )

    def tree(self, x: float, foot: float, size: float, stakes: bool = False) -> None:
        """A broad-leaved tree; a freshly planted one has three stakes and a rope."""
        trunk = size * 0.07
        self.pen.polygon(
            [(x - trunk, foot), (x - trunk * 0.6, foot - size * 0.6),
             (x + trunk * 0.6, foot - size * 0.6), (x + trunk, foot)], (104, 82, 62),
        )  # fmt: skip
        for _ in range(26):
            angle, reach = self.dice.uniform(0, math.tau), self.dice.uniform(0, 1) ** 0.5
            cx = x + math.cos(angle) * reach * size * 0.38
            cy = foot - size * 0.78 + math.sin(angle) * reach * size * 0.24
            shade = mix((62, 100, 56), (128, 160, 92), self.dice.random())
            self.blot((cx, cy), (size * 0.15, size * 0.12), shade)
        if stakes:
            for end in (-0.32, 0.04, 0.34):
                self.pen.line(
                    [(x + end * size, foot + 6), (x, foot - size * 0.42)], (176, 148, 106), 9
                )
            self.pen.line(
                [(x - trunk, foot - size * 0.4), (x + trunk, foot - size * 0.42)],
                (214, 190, 140),
                12,
            )

    def words(self, where: Point, text: str, size: int, fill: Colour) -> None:
        """Figures and Latin letters; the built-in typeface has no others."""
        self.pen.text(where, text, fill, font=ImageFont.load_default(size))

    def grain(self) -> None:
        """The unrest of a telephone's camera."""
        noise = Image.effect_noise((WIDTH // 2, HEIGHT // 2), 22).resize((WIDTH, HEIGHT))
        self.image = Image.blend(self.image, Image.merge("RGB", [noise] * 3), 0.05)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` (0 to 1) of the way from `a` to `b`."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue
