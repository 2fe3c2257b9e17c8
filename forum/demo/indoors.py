"""Scenes under a roof: water from above, cracks, a lift."""

from __future__ import annotations

from forum.demo.canvas import HEIGHT, WIDTH, Canvas, Colour

HORIZON = 330
FROM_BELOW = ("地漏", "地板受潮", "暖气", "洗手盆")


def leak(canvas: Canvas, alt: str) -> None:
    """Water where it should not be: from above with a stain and drops, or over the floor."""
    _room(canvas, garage="地库" in alt or "顶板" in alt)
    x = canvas.dice.randint(420, 780)
    if any(word in alt for word in FROM_BELOW):
        _flood(canvas, x)
        return
    _stain(canvas, x)
    for _ in range(7):
        left, top = x + canvas.dice.randint(-90, 90), canvas.dice.randint(260, 640)
        canvas.pen.ellipse((left, top, left + 7, top + 20), (196, 216, 228))
    canvas.blot((x, 790), (230, 46), (150, 170, 178, 120))
    for offset in (-130, 0, 120)[: 3 if "盆" in alt else 1]:
        _bucket(canvas, x + offset, 790)


def _stain(canvas: Canvas, x: int) -> None:
    for scale, tone in ((1.0, 60), (0.8, 70), (0.55, 80), (0.3, 60)):
        canvas.blot((x, 170), (250 * scale, 84 * scale), (126, 96, 52, tone))
    canvas.blot((x, 170), (256, 88), (96, 70, 34, 34), rough=0.24)
    for _ in range(5):
        left, length = x + canvas.dice.randint(-150, 150), canvas.dice.randint(60, 330)
        canvas.pen.line([(left, HORIZON), (left, HORIZON + length)], (130, 104, 66, 110), 9)


def _flood(canvas: Canvas, x: int) -> None:
    """A puddle, boards gone dark, and the radiator on the wall behind."""
    for left in range(150, 560, 46):
        canvas.pen.rounded_rectangle(
            (left, 430, left + 36, 640), 12, (240, 238, 232), (196, 192, 184), 3
        )
    canvas.pen.line([(150, 620), (90, 620), (90, 690)], (210, 206, 198), 12)
    canvas.blot((x, 790), (480, 92), (92, 62, 38, 130), rough=0.3)
    canvas.blot((x, 790), (420, 74), (158, 178, 186, 150), rough=0.3)
    for scale in (0.7, 0.4):
        canvas.blot((x - 40, 786), (420 * scale, 74 * scale), (206, 220, 226, 90), rough=0.25)


def _room(canvas: Canvas, garage: bool) -> None:
    wall: Colour = (168, 168, 164) if garage else (226, 218, 202)
    floor: Colour = (124, 124, 122) if garage else (176, 138, 98)
    canvas.wash((214, 212, 208) if garage else (244, 242, 236), wall, 0, HORIZON)
    canvas.wash(wall, wall, HORIZON, 690)
    canvas.wash(floor, tuple(c - 20 for c in floor), 690, HEIGHT)  # type: ignore[arg-type]
    canvas.pen.line([(0, HORIZON), (WIDTH, HORIZON)], (150, 146, 138), 3)
    if garage:
        for left in (90, 1010):
            canvas.pen.rectangle((left, 120, left + 110, 800), (196, 194, 188))
            canvas.pen.rectangle((left, 640, left + 110, 720), (222, 180, 62))
        canvas.pen.rectangle((0, 60, WIDTH, 96), (146, 150, 154))
        return
    canvas.pen.rectangle((820, 390, 1080, 690), (206, 222, 232))
    canvas.pen.rectangle((820, 390, 1080, 690), None, (248, 248, 246), 14)
    canvas.pen.line([(950, 390), (950, 690)], (248, 248, 246), 10)
    canvas.pen.rectangle((0, 672, WIDTH, 692), (240, 236, 226))
    for x in range(-200, WIDTH + 200, 130):
        canvas.pen.line([(600 + (x - 600) * 0.7, 692), (x, HEIGHT)], (150, 114, 78), 3)


def _bucket(canvas: Canvas, x: float, bottom: float) -> None:
    colour = canvas.dice.choice(((188, 60, 54), (62, 110, 170), (90, 140, 96)))
    canvas.pen.polygon(
        [(x - 62, bottom - 84), (x + 62, bottom - 84), (x + 46, bottom), (x - 46, bottom)], colour
    )
    canvas.pen.ellipse((x - 62, bottom - 98, x + 62, bottom - 70), (206, 220, 228), colour, 7)


def crack(canvas: Canvas, alt: str) -> None:
    """A crack running across a wall, its branches, and a pencil mark beside a ruler."""
    wall = canvas.dice.choice(((228, 222, 208), (214, 216, 212), (232, 226, 222)))
    canvas.wash(wall, tuple(c - 22 for c in wall))  # type: ignore[arg-type]
    if "砖" in alt:
        for step in range(0, WIDTH, 200):
            canvas.pen.line([(step, 0), (step, HEIGHT)], (176, 172, 164), 5)
            canvas.pen.line([(0, step), (WIDTH, step)], (176, 172, 164), 5)
    if "锈" in alt or "渗" in alt:
        canvas.blot((640, 420), (330, 150), (150, 96, 44, 70))
    _split(canvas, canvas.dice.randint(120, 260), 90, 11, 26)
    canvas.pen.rectangle((0, 800, WIDTH, HEIGHT), (196, 188, 172))
    canvas.pen.rectangle((0, 800, WIDTH, 812), (168, 160, 146))
    canvas.pen.rectangle((820, 560, 876, 790), (232, 206, 120))
    for mark in range(570, 790, 22):
        canvas.pen.line([(820, mark), (842, mark)], (90, 76, 30), 3)
    canvas.words((560, 600), "11.02  1.8 mm", 38, (110, 110, 112))


def _split(canvas: Canvas, x: float, y: float, width: int, steps: int) -> None:
    while steps > 0 and width > 1:
        nx, ny = x + canvas.dice.randint(14, 58), y + canvas.dice.randint(4, 52)
        canvas.pen.line([(x, y), (nx, ny)], (64, 58, 52), width)
        canvas.pen.line([(x - 3, y + width), (nx - 3, ny + width)], (250, 246, 236, 130), 3)
        if canvas.dice.random() < 0.22:
            _split(canvas, nx, ny, width // 2, steps // 3)
        x, y, steps = nx, ny, steps - 1
        width = max(2, width - (steps % 4 == 0))


def lift(canvas: Canvas, alt: str) -> None:
    """The doors of a lift, its buttons, and a notice taped to them."""
    canvas.wash((206, 200, 190), (186, 180, 170))
    canvas.pen.rectangle((0, 790, WIDTH, HEIGHT), (150, 144, 138))
    canvas.pen.rectangle((270, 110, 830, 800), (120, 124, 130))
    gap = 26 if "夹" in alt else 4
    for left, right in ((296, 550 - gap), (550 + gap, 804)):
        for x in range(left, right):
            shade = 172 + round(28 * abs((x - left) / (right - left) - 0.5))
            canvas.pen.line([(x, 140), (x, 800)], (shade, shade + 3, shade + 6))
    canvas.pen.rectangle((550 - gap, 140, 550 + gap, 800), (36, 38, 42))
    canvas.pen.rectangle((470, 40, 630, 96), (24, 26, 30))
    canvas.words((496, 42), canvas.dice.choice(("7-8", "E 12", "-1")), 46, (236, 92, 62))
    canvas.pen.rectangle((930, 360, 1050, 620), (168, 172, 176))
    for row, lit in enumerate((False, True, False)):
        top = 386 + row * 78
        canvas.pen.ellipse((958, top, 1022, top + 64), (232, 160, 70) if lit else (66, 62, 60))
    if "夹" in alt:
        canvas.pen.line([(550, 560), (470, 640), (486, 730)], (58, 92, 160), 18)
    else:
        _notice(canvas, 372, 300)


def _notice(canvas: Canvas, left: int, top: int) -> None:
    canvas.pen.polygon(
        [(left, top), (left + 190, top + 8), (left + 184, top + 262), (left - 6, top + 254)],
        (250, 248, 238),
    )
    canvas.pen.rectangle((left + 20, top + 24, left + 168, top + 52), (190, 60, 54))
    for line in range(5):
        reach = canvas.dice.randint(110, 150)
        canvas.pen.rectangle(
            (left + 20, top + 82 + line * 32, left + 20 + reach, top + 92 + line * 32), (96, 96, 96)
        )
    canvas.pen.rectangle((left + 66, top - 14, left + 120, top + 14), (224, 214, 170, 210))
