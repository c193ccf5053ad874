"""Pictures without a model: layers of stone under a pale sky, one seam of mineral colour.

What is drawn follows from the prompt and the seed and is the same every time: how many layers, how they fold, where the
seam runs. A colour that the prompt or the request names is the seam's. It draws nothing that a prompt describes, and does
not pretend to.
"""

import hashlib
import math
import random
import re
from io import BytesIO
from typing import Any

import msgspec

from outcrop.engines.simulator.picture import COLOURS, Colour
from outcrop.pictures import PictureReply, PictureRequest

SKY_ABOVE, SKY_BELOW = (238, 236, 231), (214, 217, 216)
STONES: tuple[Colour, ...] = (
    (201, 194, 184),
    (178, 170, 159),
    (186, 176, 161),
    (152, 145, 136),
    (163, 152, 138),
    (128, 121, 113),
    (139, 129, 117),
    (104, 98, 92),
    (113, 104, 95),
    (83, 78, 74),
)
TEAL: Colour = (23, 124, 116)
_SMOOTH = 2_000_000  # pixels up to which edges are drawn at twice the size, and so smoothly
_STEP = 8  # pixels between the points of an edge
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
_NAMED = re.compile(rf"\b({'|'.join(sorted(COLOURS, key=len, reverse=True))})\b")

Edge = list[tuple[float, float]]


def paint(request: PictureRequest) -> PictureReply:
    """The pictures that are asked for, each from a seed one higher than the one before."""
    seeds = [request.seed + number for number in range(request.count)]
    mask = request.mask or _mask(request) if request.return_mask else None
    return PictureReply(images=[_picture(request, seed) for seed in seeds], seeds=seeds, mask=mask)


def _picture(request: PictureRequest, seed: int) -> bytes:
    from PIL import Image

    factor = 2 if request.width * request.height <= _SMOOTH else 1
    size = (request.width * factor, request.height * factor)
    clear = request.task == "background_removal"
    image = Image.new("RGBA", size) if clear else _sky(size)
    _strata(image, _random(request, seed), _seams(request))
    return _encoded(image.reduce(factor) if factor > 1 else image, request.format)


def _sky(size: tuple[int, int]) -> Any:
    from PIL import Image

    gradient = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, SKY_BELOW), Image.new("RGB", size, SKY_ABOVE), gradient)


def _strata(image: Any, chance: random.Random, seams: list[Colour]) -> None:
    """Layer upon layer from the top down; each covers what lies below its upper edge."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    width, height = image.size
    top, layers = chance.uniform(0.22, 0.42), chance.randint(9, 14)
    seam_at = chance.randint(2, layers - 4)
    folds = [(chance.uniform(0.4, 2.6), chance.uniform(0, math.tau), chance.uniform(0.01, 0.045)) for _ in range(3)]
    tilt = chance.uniform(-0.12, 0.12)
    for layer in range(layers):
        depth = top + (1 - top) * (layer + chance.uniform(-0.25, 0.25)) / layers
        edge = _edge(width, height, depth, tilt, [(f, p, a * chance.uniform(0.7, 1.3)) for f, p, a in folds])
        number = layer - seam_at
        colour = seams[number] if 0 <= number < len(seams) else _stone(chance, layer, layers)
        draw.polygon([*edge, (width, height), (0, height)], fill=colour)
        draw.line(edge, fill=_shaded(colour, 0.82), width=max(1, height // 400))


def _edge(width: int, height: int, depth: float, tilt: float, folds: list[tuple[float, float, float]]) -> Edge:
    """From left to right, the fold of a layer at `depth` (share of the height)."""
    points: Edge = []
    for x in range(0, width + _STEP, _STEP):
        across = x / width
        bend = sum(size * math.sin(math.tau * often * across + phase) for often, phase, size in folds)
        points.append((float(x), height * (depth + bend + tilt * (across - 0.5))))
    return points


def _stone(chance: random.Random, layer: int, layers: int) -> Colour:
    """Lighter above, darker below, never twice the same."""
    place = min(len(STONES) - 1, max(0, round(layer / layers * (len(STONES) - 1)) + chance.randint(-1, 1)))
    return _shaded(STONES[place], chance.uniform(0.95, 1.04))


def _shaded(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(part * factor)) for part in colour)
    return red, green, blue


def _seams(request: PictureRequest) -> list[Colour]:
    """The seam's colours: those the request lists, else those the prompt names, else the house's teal; at most three."""
    listed = [match[1] for text in request.colors if (match := _HEX.fullmatch(text))]
    if listed:
        return [(int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)) for text in listed[:3]]
    named = dict.fromkeys(_NAMED.findall(request.prompt.lower()))
    return [COLOURS[name] for name in named][:3] or [TEAL]


def _random(request: PictureRequest, seed: int) -> random.Random:
    """Chance that follows from everything that is asked for but how many, how large and in which format."""
    asked = (seed, request.task, request.prompt, request.negative_prompt, request.mask_prompt, request.fields)
    pictures = b"".join([*request.sources, request.mask or b""])
    return random.Random(hashlib.sha256(msgspec.json.encode(asked) + pictures).digest())


def _mask(request: PictureRequest) -> bytes:
    """Where no mask is given: the middle in black, the rest in white."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (request.width, request.height), 255)
    across, down = request.width // 4, request.height // 4
    ImageDraw.Draw(image).ellipse((across, down, request.width - across - 1, request.height - down - 1), fill=0)
    return _encoded(image, "png")


def _encoded(image: Any, kind: str) -> bytes:
    """The picture as a file; JPEG knows no transparency."""
    out = BytesIO()
    image = image.convert("RGB") if kind == "jpeg" else image
    image.save(out, kind.upper(), **({"compress_level": 3} if kind == "png" else {}))
    return out.getvalue()
