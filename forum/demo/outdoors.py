"""Scenes under the sky: cars on a lawn, a garden, rubbish, a road."""

from __future__ import annotations

from forum.demo.canvas import ASPHALT, GRASS, HAZE, HEIGHT, SKY, WIDTH, Canvas

RAINBOW = ((214, 84, 76), (232, 150, 74), (238, 208, 96), (120, 180, 110), (92, 150, 200),
           (140, 110, 180))  # fmt: skip


def carpark(canvas: Canvas, alt: str) -> None:
    """Rows of cars between white lines where grass pavers show that it was a garden."""
    if "地下" in alt or "消防" in alt:
        _garage(canvas, flooded="水" in alt and "水带" not in alt, hydrant="消防" in alt)
        return
    canvas.wash(SKY, HAZE, 0, 240)
    canvas.houses(250, 230)
    canvas.wash((150, 162, 120), (132, 142, 108), 250, HEIGHT)
    for _ in range(900):
        x, y = canvas.dice.randint(0, WIDTH), canvas.dice.randint(260, HEIGHT)
        canvas.pen.rectangle((x, y, x + 9, y + 5), (168, 166, 150, 120))
    for x in (120, 1090):
        canvas.tree(x, 330, 190)
    if "滑梯" in alt:
        _slide(canvas)
    for row, (bottom, length) in enumerate(((380, 118), (520, 168), (690, 232), (880, 310))):
        gap = length * 1.18
        left = -canvas.dice.uniform(0, gap)
        while left < WIDTH:
            canvas.pen.line(
                [(left, bottom + 12), (left - length * 0.1, bottom - length * 0.42)],
                (246, 246, 242),
                4 + row,
            )
            if not ("滑梯" in alt and row > 1 and left < 560) and canvas.dice.random() < 0.94:
                canvas.car(left + length * 0.08, bottom, length)
            left += gap
        canvas.pen.line([(0, bottom + 12), (WIDTH, bottom + 12)], (246, 246, 242), 3 + row)


def _slide(canvas: Canvas) -> None:
    canvas.pen.rectangle((60, 560, 560, 900), (196, 120, 92))
    canvas.pen.rectangle((120, 470, 220, 760), (220, 178, 60))
    canvas.pen.polygon([(220, 500), (260, 500), (520, 800), (460, 800)], (206, 66, 58))
    canvas.pen.polygon([(100, 470), (170, 390), (240, 470)], (66, 126, 176))


def _garage(canvas: Canvas, flooded: bool, hydrant: bool) -> None:
    canvas.wash((120, 122, 124), (156, 156, 154), 0, 420)
    canvas.wash((136, 138, 138), (108, 110, 112), 420, HEIGHT)
    for x in (70, 560, 1060):
        canvas.pen.rectangle((x, 90, x + 96, 700), (200, 198, 192))
        canvas.pen.rectangle((x, 560, x + 96, 640), (222, 180, 62))
    for y in (40, 70):
        canvas.pen.line(
            [(0, y), (WIDTH, y + 30)], (184, 60, 52) if y == 40 else (210, 212, 214), 16
        )
    for x in (190, 690):
        canvas.car(x, 720, 350)
    if flooded:
        canvas.pen.rectangle((0, 640, WIDTH, HEIGHT), (122, 112, 90, 190))
        for _ in range(30):
            x, y = canvas.dice.randint(0, WIDTH), canvas.dice.randint(650, HEIGHT)
            canvas.pen.line(
                [(x, y), (x + canvas.dice.randint(40, 160), y)], (196, 190, 170, 120), 4
            )
    elif hydrant:
        canvas.pen.rectangle((420, 200, 800, 700), (196, 50, 44))
        canvas.pen.rectangle((450, 236, 770, 664), (70, 72, 76))
        for x in (540, 640):
            canvas.pen.rounded_rectangle((x, 520, x + 46, 660), 14, (120, 176, 132))
            canvas.pen.rectangle((x + 14, 490, x + 32, 524), (226, 226, 222))


def garden(canvas: Canvas, alt: str) -> None:
    """What is left of a garden: an old tree and the van beside it, stakes, plastic bamboo."""
    canvas.wash(SKY, HAZE, 0, 380)
    canvas.houses(390, 300)
    canvas.wash(GRASS, (92, 128, 72), 390, HEIGHT)
    canvas.pen.polygon([(0, 800), (WIDTH, 700), (WIDTH, 780), (0, 890)], (200, 192, 176))
    if "竹" in alt:
        _bamboo(canvas)
    elif "红线" in alt:
        canvas.pen.polygon([(60, 560), (1140, 540), (1200, 880), (0, 890)], (196, 190, 182))
        canvas.pen.line(
            [(180, 600), (1020, 584), (1100, 840), (110, 850), (180, 600)], (204, 48, 44), 14
        )
        canvas.tree(130, 560, 240)
    else:
        for x, foot, size in ((170, 470, 220), (1010, 500, 260)):
            canvas.tree(x, foot, size)
        canvas.tree(560, 760, 560, stakes="支撑" in alt)
        if "车" in alt:
            canvas.car(610, 812, 460, van=True)


def _bamboo(canvas: Canvas) -> None:
    canvas.pen.rectangle((0, 240, WIDTH, 760), (206, 202, 194))
    for x in range(60, WIDTH, 78):
        left = x + canvas.dice.randint(-10, 10)
        canvas.pen.rectangle((left, 180, left + 34, 780), (62, 150, 84))
        canvas.pen.line([(left + 10, 180), (left + 10, 780)], (120, 200, 130), 5)
        for y in range(220, 780, 112):
            canvas.pen.rectangle((left - 4, y, left + 38, y + 9), (44, 110, 64))
    canvas.pen.rectangle((0, 770, WIDTH, HEIGHT), (150, 146, 140))


def repaired(canvas: Canvas, _alt: str) -> None:
    """The garden given back: new lawn, a path, young trees held by stakes."""
    canvas.wash(SKY, HAZE, 0, 340)
    canvas.houses(350, 260)
    canvas.wash((140, 178, 102), (108, 152, 78), 350, HEIGHT)
    for x in range(-200, WIDTH + 400, 80):
        canvas.pen.line([(x, HEIGHT), (540 + (x - 540) * 0.3, 352)], (124, 168, 92), 6)
    canvas.pen.polygon(
        [(520, 352), (570, 352), (820, 620), (640, HEIGHT), (240, HEIGHT), (600, 620)],
        (214, 202, 180),
    )
    for x, foot, size in ((210, 520, 260), (900, 500, 250), (1080, 760, 420), (150, 850, 430)):
        canvas.tree(x, foot, size, stakes=True)


def garbage(canvas: Canvas, alt: str) -> None:
    """Rubbish beside the bins; where the words say so, a pond under weeds or old bicycles."""
    canvas.wash((196, 190, 180), (178, 172, 162), 0, 560)
    canvas.wash((150, 146, 140), (128, 124, 118), 560, HEIGHT)
    if "池塘" in alt:
        canvas.wash((92, 128, 72), (104, 140, 66), 300, HEIGHT)
        for _ in range(60):
            spot = (canvas.dice.randint(0, WIDTH), canvas.dice.randint(320, HEIGHT))
            canvas.blot(spot, (90, 26), (132, 164, 60, 120))
        for x in (420, 760):
            canvas.pen.rounded_rectangle((x, 560, x + 120, 604), 18, (206, 226, 234))
        return
    if "自行车" in alt:
        for x in (90, 420, 760):
            _bicycle(canvas, x, 760)
        return
    for x in (140, 400, 660):
        colour = canvas.dice.choice(((66, 116, 76), (60, 88, 140), (96, 98, 102)))
        canvas.pen.polygon([(x, 330), (x + 210, 330), (x + 188, 690), (x + 22, 690)], colour)
        canvas.pen.rounded_rectangle((x - 12, 286, x + 222, 340), 16, tuple(c - 22 for c in colour))
    for _ in range(22):
        _bag(canvas, canvas.dice.randint(60, 1080), canvas.dice.randint(640, 850))


def _bag(canvas: Canvas, x: int, bottom: int) -> None:
    size = canvas.dice.randint(60, 112)
    colour = canvas.dice.choice(((38, 38, 42), (52, 52, 58), (206, 204, 198), (148, 60, 54)))
    canvas.blot((x, bottom - size * 0.5), (size, size * 0.6), (20, 20, 20, 60))
    canvas.blot((x, bottom - size * 0.6), (size * 0.9, size * 0.62), colour, rough=0.18)
    canvas.pen.polygon(
        [(x - 12, bottom - size * 1.1), (x, bottom - size * 1.4), (x + 16, bottom - size * 1.1)],
        colour,
    )


def _bicycle(canvas: Canvas, x: int, bottom: int) -> None:
    rust = canvas.dice.choice(((122, 84, 60), (98, 104, 112), (90, 112, 94)))
    for centre in (x + 80, x + 300):
        canvas.pen.ellipse((centre - 90, bottom - 180, centre + 90, bottom), None, (60, 58, 56), 10)
    frame = [(x + 80, bottom - 90), (x + 150, bottom - 220), (x + 270, bottom - 220),
             (x + 190, bottom - 90), (x + 80, bottom - 90)]  # fmt: skip
    canvas.pen.line(frame, rust, 12)
    canvas.pen.line([(x + 150, bottom - 220), (x + 190, bottom - 90)], rust, 10)
    canvas.pen.line([(x + 262, bottom - 260), (x + 300, bottom - 90)], rust, 10)
    canvas.pen.rectangle((x + 116, bottom - 246, x + 186, bottom - 226), (44, 42, 40))


def road(canvas: Canvas, alt: str) -> None:
    """The way in front of the house, with what is wrong with it: patches, steps, a cover, ice."""
    canvas.wash(SKY, HAZE, 0, 360)
    canvas.houses(370, 320)
    canvas.wash((168, 166, 160), (150, 148, 142), 370, HEIGHT)
    canvas.pen.polygon([(520, 370), (700, 370), (1130, HEIGHT), (120, HEIGHT)], ASPHALT)
    for side in ((520, 120), (700, 1130)):
        canvas.pen.line([(side[0], 370), (side[1], HEIGHT)], (214, 212, 206), 14)
    canvas.tree(180, 520, 330)
    if "台阶" in alt:
        for step in range(3):
            canvas.pen.rectangle(
                (220, 620 + step * 84, 980, 704 + step * 84), (204 - step * 16,) * 3
            )
            canvas.pen.line([(220, 620 + step * 84), (980, 620 + step * 84)], (232, 230, 226), 8)
        if "冰" in alt:
            canvas.blot((600, 700), (300, 70), (222, 236, 244, 190))
    elif "井盖" in alt:
        canvas.pen.ellipse((440, 640, 800, 800), (34, 34, 36))
        canvas.pen.ellipse((466, 620, 820, 772), (126, 122, 116), (84, 82, 80), 10)
        for x in range(520, 780, 44):
            canvas.pen.line([(x, 660), (x + 16, 740)], (90, 88, 86), 8)
    elif "墙" in alt:
        _wall(canvas, bare="外墙" in alt, rainbow="彩虹" in alt)
    else:
        for _ in range(6):
            spot = (canvas.dice.randint(380, 820), canvas.dice.randint(500, 860))
            size = canvas.dice.randint(60, 150)
            canvas.blot(spot, (size, size * 0.36), (58, 58, 62), rough=0.35)
        canvas.blot((640, 720), (190, 60), (44, 44, 48), rough=0.4)
        canvas.blot((640, 726), (150, 42), (134, 148, 156, 150), rough=0.3)


def _wall(canvas: Canvas, bare: bool, rainbow: bool) -> None:
    if rainbow:
        for k, colour in enumerate(RAINBOW):
            canvas.pen.rectangle((k * 200, 120, k * 200 + 200, 760), colour)
        for x in range(90, WIDTH, 260):
            canvas.pen.rectangle((x, 240, x + 150, 420), (206, 222, 232), (250, 250, 246), 12)
        canvas.pen.rectangle((470, 470, 800, 560), (246, 244, 236), (120, 116, 110), 6)
        canvas.pen.rectangle((510, 502, 760, 528), (90, 90, 92))
        return
    canvas.pen.rectangle((0, 330, WIDTH, 760), (176, 160, 142))
    for y in range(330, 760, 43):
        for x in range(-60 + (y // 43 % 2) * 50, WIDTH, 100):
            canvas.pen.rectangle((x, y, x + 100, y + 43), None, (150, 134, 118), 3)
    if bare:
        canvas.blot((620, 560), (190, 140), (206, 202, 196), rough=0.4)
    canvas.pen.line([(0, 700), (WIDTH, 690)], (204, 60, 52), 8)
