"""Scenes on a table: plans out of a sales brochure, receipts with a stamp."""

from __future__ import annotations

from PIL import Image

from forum.demo.canvas import HEIGHT, WIDTH, Canvas

INK = (70, 72, 78)


def plan(canvas: Canvas, alt: str) -> None:
    """A coloured site plan (a sketch in pencil where the words say so) photographed on a table."""
    _table(canvas)
    sheet = Canvas(canvas.dice)
    sheet.pen.rectangle((0, 0, WIDTH, HEIGHT), (250, 248, 240))
    if "手绘" in alt:
        _sketch(sheet)
    elif "立面" in alt or "效果图" in alt:
        _elevation(sheet)
    else:
        _site(sheet)
    _lay(canvas, sheet, (980, 735))


def _site(sheet: Canvas) -> None:
    sheet.pen.rectangle((90, 90, 1110, 740), (232, 230, 214), INK, 5)
    sheet.pen.rectangle((130, 130, 1070, 700), None, (196, 192, 180), 34)
    sheet.blot((600, 415), (270, 150), (142, 186, 112), rough=0.12)
    sheet.blot((600, 415), (120, 60), (150, 196, 214), rough=0.2)
    for _ in range(30):
        x, y = sheet.dice.gauss(600, 130), sheet.dice.gauss(415, 70)
        sheet.pen.ellipse((x - 15, y - 15, x + 15, y + 15), (92, 140, 76), (70, 112, 60), 2)
    for k, (x, y) in enumerate(((180, 190), (420, 170), (680, 170), (920, 200), (180, 560),
                                (430, 590), (690, 590), (920, 550)), 1):  # fmt: skip
        sheet.pen.rectangle((x, y, x + 130, y + 66), (222, 190, 150), INK, 3)
        sheet.words((x + 52, y + 12), str(k), 36, INK)
    sheet.words((510, 388), "4600 m2", 44, (48, 84, 44))
    _legend(sheet)


def _legend(sheet: Canvas) -> None:
    for k, colour in enumerate(((142, 186, 112), (222, 190, 150), (196, 192, 180))):
        left = 120 + k * 300
        sheet.pen.rectangle((left, 790, left + 50, 826), colour, INK, 2)
        sheet.pen.rectangle((left + 66, 800, left + 190, 814), (150, 150, 148))
    sheet.pen.line([(1040, 850), (1040, 770)], INK, 6)
    sheet.pen.polygon([(1024, 790), (1040, 754), (1056, 790)], INK)


def _sketch(sheet: Canvas) -> None:
    for x in range(0, WIDTH, 50):
        sheet.pen.line([(x, 0), (x, HEIGHT)], (222, 230, 236), 2)
    for y in range(0, HEIGHT, 50):
        sheet.pen.line([(0, y), (WIDTH, y)], (222, 230, 236), 2)
    sheet.pen.line([(180, 640), (980, 360), (980, 640), (180, 640)], INK, 7)
    sheet.pen.line([(180, 700), (980, 700)], INK, 3)
    for x in (180, 980):
        sheet.pen.line([(x, 680), (x, 720)], INK, 4)
    sheet.words((500, 710), "5.4 m", 54, INK)
    sheet.words((1000, 470), "1.2 m", 54, INK)
    for _ in range(9):
        x, y = sheet.dice.randint(240, 900), sheet.dice.randint(120, 320)
        sheet.pen.ellipse((x, y, x + 60, y + 60), None, (200, 50, 46), 6)


def _elevation(sheet: Canvas) -> None:
    sheet.wash((190, 214, 232), (240, 240, 232), 60, 700)
    for left in (170, 520, 870):
        top = sheet.dice.randint(150, 260)
        sheet.pen.rectangle((left, top, left + 210, 700), (226, 208, 178), INK, 4)
        for y in range(top + 24, 680, 52):
            for x in range(left + 18, left + 190, 48):
                sheet.pen.rectangle((x, y, x + 30, y + 30), (150, 180, 200))
    sheet.pen.rectangle((60, 700, 1140, 760), (132, 170, 104))
    for x in range(120, 1100, 90):
        sheet.pen.ellipse((x, 650, x + 60, 720), (96, 142, 80))
    for y in (800, 836):
        sheet.pen.rectangle((120, y, 820, y + 14), (150, 150, 148))


def receipt(canvas: Canvas, alt: str) -> None:
    """A form with figures and a round red stamp; fine print where only that is there."""
    _table(canvas)
    sheet = Canvas(canvas.dice)
    sheet.pen.rectangle((0, 0, WIDTH, HEIGHT), (248, 244, 230))
    if "小字" in alt:
        _fine_print(sheet)
    else:
        _form(sheet)
    _lay(canvas, sheet, (900, 675))


def _form(sheet: Canvas) -> None:
    sheet.pen.rectangle((380, 60, 820, 108), INK)
    sheet.words((900, 66), f"No. {sheet.dice.randint(10**6, 10**7)}", 40, (178, 46, 44))
    for y in range(170, 700, 88):
        sheet.pen.line([(80, y), (1120, y)], (148, 108, 96), 3)
    for x in (80, 420, 800, 1120):
        sheet.pen.line([(x, 170), (x, 698)], (148, 108, 96), 3)
    for y in range(196, 610, 88):
        sheet.pen.rectangle(
            (110, y + 6, 110 + sheet.dice.randint(120, 270), y + 30), (120, 116, 112)
        )
        sheet.pen.rectangle((450, y + 6, 450 + sheet.dice.randint(90, 300), y + 30), (96, 110, 150))
        sheet.words((850, y - 6), f"{sheet.dice.randint(30, 5000)}.00", 44, (52, 70, 130))
    sheet.words((110, 640), "2026", 40, INK)
    stamp = (204, 44, 40, 190)
    sheet.pen.ellipse((720, 500, 1010, 790), None, stamp, 14)
    star = [(865, 570), (884, 624), (941, 626), (896, 661), (912, 716), (865, 684), (818, 716),
            (834, 661), (789, 626), (846, 624)]  # fmt: skip
    sheet.pen.polygon(star, stamp)


def _fine_print(sheet: Canvas) -> None:
    sheet.wash((196, 214, 206), (232, 232, 222), 0, 620)
    for x in (150, 480, 830):
        sheet.tree(x, 610, 380)
    for y in range(690, 860, 26):
        sheet.pen.rectangle((90, y, sheet.dice.randint(700, 1110), y + 8), (190, 188, 184))


def _table(canvas: Canvas) -> None:
    canvas.wash((158, 122, 88), (132, 98, 68))
    for _ in range(70):
        y = canvas.dice.randint(0, HEIGHT)
        canvas.pen.line([(0, y), (WIDTH, y + canvas.dice.randint(-14, 14))], (116, 84, 58, 70), 3)


def _lay(canvas: Canvas, sheet: Canvas, size: tuple[int, int]) -> None:
    """Put the sheet on the table, a little askew, with its shadow."""
    angle = canvas.dice.uniform(-7, 7)
    paper = sheet.image.resize(size).convert("RGBA").rotate(
        angle, Image.Resampling.BICUBIC, expand=True
    )  # fmt: skip
    left, top = (WIDTH - paper.width) // 2, (HEIGHT - paper.height) // 2
    shadow = Image.new("RGB", paper.size, (40, 28, 20))
    canvas.image.paste(shadow, (left + 14, top + 18), paper.getchannel("A").point(lambda a: a // 3))
    canvas.image.paste(paper, (left, top), paper)
