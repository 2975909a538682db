"""Text to the PNG bytes of a QR code: error correction L, ten pixels a module, a border of four modules."""

import io
from collections.abc import Iterable
from functools import cache

from PIL import Image
from qrcode.constants import ERROR_CORRECT_L
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

BOX_SIZE = 10  # pixels
BORDER = 4  # modules, the quiet zone ISO/IEC 18004 asks for


class UnencodableError(ValueError):
    """No QR code can hold this text; the message says why, in words for whoever sent it."""


def png(text: str) -> bytes:
    """The QR code of `text` as a black and white PNG, in the smallest version that holds it.

    Raises UnencodableError for text that is no valid Unicode or more than version 40 holds.
    """
    code = encode(text)
    side = code.modules_count + 2 * BORDER
    pixels = b"".join(map(bytes, code.get_matrix())).translate(INVERTED)
    image = Image.frombytes("1", (side, side), pixels, "raw", "1;8")
    file = io.BytesIO()
    file.name = "qr.png"  # by the name Pillow loads its PNG writer alone, by format=... four others too
    image.resize((side * BOX_SIZE, side * BOX_SIZE), Image.Resampling.NEAREST).save(file)
    return file.getvalue()


def encode(text: str) -> QRCode:
    """The made code of `text`: module for module what plain qrcode makes. Raises UnencodableError."""
    code = FastQRCode(error_correction=ERROR_CORRECT_L, box_size=BOX_SIZE, border=BORDER)
    try:
        code.add_data(text.encode())
        code.best_fit()
    except UnicodeEncodeError:
        raise UnencodableError("it holds half of a surrogate pair, which is no character") from None
    except (
        DataOverflowError,
        ValueError,
    ):  # qrcode 8.2 means the first, but trips over its own version check
        size = len(text.encode())
        raise UnencodableError(f"its {size:,} bytes of UTF-8 are more than a QR code holds (2,953)") from None
    code.make(fit=False)
    return code


class FastQRCode(QRCode):
    """Chooses the mask qrcode would choose, several times faster.

    qrcode draws all eight masks and walks over every module of each: nine tenths of its time. A mask only
    flips modules, the same ones whatever the text, so here the code is drawn once, the flips are kept
    per version, and the penalties are counted with whole-matrix arithmetic on integers, a bit per module.
    """

    def best_mask_pattern(self) -> int:
        full, flips = masks(self.version)
        self.makeImpl(True, 0)
        rows, columns = pack(self.modules), pack(zip(*self.modules, strict=True))
        penalties = [penalty(rows ^ r, columns ^ c, full, self.modules_count) for r, c in flips]
        return penalties.index(min(penalties))


@cache
def masks(version: int) -> tuple[int, list[tuple[int, int]]]:
    """All modules of a version, and which of them change from mask 0 to each mask, by rows and by columns."""
    blank = QRCode(version, ERROR_CORRECT_L)
    blank.data_cache = []
    drawn = []
    for mask in range(8):
        blank.makeImpl(True, mask)
        drawn.append((pack(blank.modules), pack(zip(*blank.modules, strict=True))))
    rows, columns = drawn[0]
    size = blank.modules_count
    return pack([[True] * size] * size), [(rows ^ r, columns ^ c) for r, c in drawn]


def pack(lines: Iterable[Iterable[bool]]) -> int:
    """A matrix as one integer, a bit per module, and a zero between lines so that no run crosses them."""
    return int(b"\0".join(map(bytes, lines)).translate(DIGITS), 2)


def penalty(rows: int, columns: int, full: int, size: int) -> int:
    """How hard a masked code is to read: the four rules of ISO/IEC 18004, 7.8.3, in qrcode's reading."""
    total = 10 * int(abs(rows.bit_count() / size**2 * 100 - 50) / 5)
    for dark in (rows, columns):
        light = full ^ dark
        for colour in (dark, light):
            fives = in_line(colour, 5)
            total += fives.bit_count() + 2 * (fives & ~(fives >> 1)).bit_count()
        finder = dark & light >> 1 & in_line(dark, 3) >> 2 & light >> 5 & dark >> 6
        quiet = in_line(light, 4)
        total += 40 * ((finder & quiet >> 7).bit_count() + (finder >> 4 & quiet).bit_count())
    for colour in (rows, full ^ rows):
        pairs = in_line(colour, 2)
        total += 3 * (pairs & pairs >> size + 1).bit_count()
    return total


def in_line(modules: int, count: int) -> int:
    """The places where `count` modules in a line are set."""
    places = modules
    for shift in range(1, count):
        places &= modules >> shift
    return places


DIGITS = b"01".ljust(256)
INVERTED = b"\1\0".ljust(256)
