"""Text to the PNG bytes of a QR code: error correction L, ten pixels a module, a border of four modules."""

import io
from collections.abc import Iterable
from functools import cache, reduce
from operator import and_

from PIL import Image
from qrcode.constants import ERROR_CORRECT_L
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

BOX_SIZE = 10  # pixels
BORDER = 4  # modules, the quiet zone ISO/IEC 18004 asks for
DIGITS = b"01".ljust(256)  # translate(DIGITS): modules as binary digits
PIXELS = b"\1\0".ljust(256)  # translate(PIXELS): dark modules as black, which Pillow writes 0


class UnencodableError(ValueError):
    """No QR code can hold this text; the message says why, in words for whoever sent it."""


def png(text: str) -> bytes:
    """The QR code of `text` as a black and white PNG, in the smallest version that holds it.

    Raises UnencodableError for text that is no valid Unicode or more than version 40 holds.
    """
    code = encode(text)
    side = code.modules_count + 2 * BORDER
    pixels = b"".join(map(bytes, code.get_matrix())).translate(PIXELS)
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
    except UnicodeEncodeError:
        raise UnencodableError("it holds half of a surrogate pair, which is no character") from None
    try:
        code.best_fit()
    except (DataOverflowError, ValueError):  # the latter from qrcode 8.2: it refuses its own "version 41"
        size = len(text.encode())
        raise UnencodableError(f"its {size:,} bytes of UTF-8 are more than a QR code holds (2,953)") from None
    code.make(fit=False)
    return code


class FastQRCode(QRCode):
    """Chooses the mask plain qrcode chooses, many times faster.

    qrcode draws all eight masks and scores each module by module: most of its time. But a mask flips the same
    modules whatever the text, so here a text is drawn once, the flips are kept for its version, and whole
    matrices are scored with integer arithmetic, one bit a module.
    """

    def best_mask_pattern(self) -> int:
        rows, columns = self.drawn(0)
        scores = [penalty(rows ^ r, columns ^ c, self.modules_count) for r, c in flips(self.version)]
        return scores.index(min(scores))

    def drawn(self, mask: int) -> tuple[int, int]:
        """The matrix under `mask` without its format information, by rows and by columns."""
        self.makeImpl(True, mask)
        return pack(self.modules), pack(zip(*self.modules, strict=True))


@cache
def flips(version: int) -> list[tuple[int, int]]:
    """The modules that each mask shows otherwise than mask 0, by rows and by columns."""
    blank = FastQRCode(version, ERROR_CORRECT_L)
    blank.data_cache = []
    rows, columns = blank.drawn(0)
    return [(rows ^ r, columns ^ c) for r, c in map(blank.drawn, range(8))]


def pack(lines: Iterable[Iterable[bool]]) -> int:
    """A matrix as one integer, a bit a module, and a zero between lines so that no run crosses them."""
    return int(b"\0".join(map(bytes, lines)).translate(DIGITS), 2)


def penalty(rows: int, columns: int, size: int) -> int:
    """How hard a matrix is to read: the four rules of ISO/IEC 18004, 7.8.3, as qrcode understands them."""
    full = pack([[True] * size] * size)
    score = 10 * int(abs(rows.bit_count() / size**2 * 100 - 50) / 5)  # far from half dark
    for colour in (rows, full ^ rows):  # blocks of two by two
        pairs = in_line(colour, 2)
        score += 3 * (pairs & pairs >> size + 1).bit_count()
    for dark in (rows, columns):
        light = full ^ dark
        for colour in (dark, light):  # runs of five and more, each its length less two
            fives = in_line(colour, 5)
            score += fives.bit_count() + 2 * (fives & ~(fives >> 1)).bit_count()
        # What looks like a finder, 1011101, with four light modules on either side.
        finder = dark & light >> 1 & in_line(dark, 3) >> 2 & light >> 5 & dark >> 6
        quiet = in_line(light, 4)
        score += 40 * ((finder & quiet >> 7).bit_count() + (finder >> 4 & quiet).bit_count())
    return score


def in_line(modules: int, count: int) -> int:
    """The places where `count` set modules follow each other."""
    return reduce(and_, (modules >> shift for shift in range(count)))
