"""Drawing the photos of the stories: simple scenes in flat colours, 1200×900, as JPEG.

    draw("leak", "卧室天花板的水渍", seed=7)

The same scene, description and seed give the same picture; words of the description choose among
the variants of a scene, so that what is said to be there is there.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import ImageFilter

from forum.demo import indoors, outdoors, papers
from forum.demo.canvas import Canvas

Scene = Callable[[Canvas, str], None]

SCENES: dict[str, Scene] = {
    "leak": indoors.leak,
    "crack": indoors.crack,
    "lift": indoors.lift,
    "carpark": outdoors.carpark,
    "garbage": outdoors.garbage,
    "garden": outdoors.garden,
    "repaired": outdoors.repaired,
    "road": outdoors.road,
    "plan": papers.plan,
    "receipt": papers.receipt,
}


def draw(scene: str, alt: str, seed: int) -> bytes:
    """The JPEG of a scene; KeyError when nobody can draw it."""
    canvas = Canvas(random.Random(seed))
    SCENES[scene](canvas, alt)
    canvas.grain()
    picture = canvas.image.filter(ImageFilter.SMOOTH)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
