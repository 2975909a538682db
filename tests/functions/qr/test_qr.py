"""Every text comes back from an independent decoder, and the code is the one plain qrcode makes."""

import io
import random

import pytest
import qrcode
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

# What UTF-8 can say: lone surrogates it cannot.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
# Runs long enough for qrcode to switch between its digit, alphanumeric and byte modes.
MODES = ["0123456789", "ABCXYZ $%*+-./:", "abc {}é", "漢字かな🎫"]
MIXED = st.lists(st.one_of([st.text(mode, min_size=1) for mode in MODES]), min_size=1).map("".join)

SAMPLES = {
    "url": "https://tickets.example.org/e/4711?seat=12A&lang=de#map",
    "vcard": "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Jörg\r\nTEL:+49 30 1234567\r\nEND:VCARD\r\n",
    "wifi": r"WIFI:T:WPA;S:Caf\;é \"Nord\";P:p\:ss\\word;H:false;;",
    "emoji": "👩🏽‍🚀 to the 🌕, 👨‍👩‍👧‍👦 and 🏳️‍🌈",
    "kanji": "漢字とひらがなとカタカナ",
    "digits": "8" * 40,
    "alphanumeric": "HTTPS://EXAMPLE.ORG/A-B",
    "one character": "x",
    "control characters": "a\x00b\x1dc",
    "1,000 characters": ("Sphinx of black quartz, judge my vow. " * 30)[:1000],
    "1,000 digits": "1234567890" * 100,
    "2,953 bytes, the most there is": "漢" * 984 + "x",
}


@pytest.fixture(scope="module")
def qr(load):
    return load("qr", "qr")


def decode(png):
    image = Image.open(io.BytesIO(png)).convert("L")
    (found,) = zxingcpp.read_barcodes(image, zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    return found


def plain(text):
    """What the library makes of a text when asked the usual way."""
    code = qrcode.QRCode(version=1, error_correction=qrcode.ERROR_CORRECT_L, box_size=10, border=4)
    code.add_data(text)
    code.make(fit=True)
    return code


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_samples_decode_to_the_same_text(qr, text):
    assert decode(qr.png(text)).text == text


@given(TEXTS | MIXED)
@settings(max_examples=150, deadline=None)
@example("\x00")
@example("ÿ")
@example("Ã©")
def test_every_text_decodes_to_itself(qr, text):
    assert decode(qr.png(text)).text == text


@given(TEXTS | MIXED)
@settings(max_examples=100, deadline=None)
def test_the_matrix_is_the_one_plain_qrcode_makes(qr, text):
    assert qr.encode(text).get_matrix() == plain(text).get_matrix()


@pytest.mark.parametrize("version", [1, 2, 6, 7, 9, 10, 26, 27, 40])
def test_every_mask_scores_as_in_qrcode(qr, version):
    """Versions on both sides of each border in the format: alignment, version bits, length fields."""
    code = qr.FastQRCode(version, qrcode.ERROR_CORRECT_L)
    code.add_data("skiff")
    for mask, (rows, columns) in enumerate(qr.flips(version)):
        first_rows, first_columns = code.drawn(0)
        score = qr.penalty(first_rows ^ rows, first_columns ^ columns, code.modules_count)
        code.makeImpl(True, mask)
        assert score == qrcode.util.lost_point(code.modules)


@given(st.integers(21, 60), st.floats(0, 1), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
@example(21, 0, 0)
@example(25, 1, 0)
def test_any_matrix_scores_as_in_qrcode(qr, size, darkness, seed):
    chance = random.Random(seed)
    matrix = [[chance.random() < darkness for _ in range(size)] for _ in range(size)]
    score = qr.penalty(qr.pack(matrix), qr.pack(zip(*matrix, strict=True)), size)
    assert score == qrcode.util.lost_point(matrix)


def test_the_picture_is_the_one_plain_qrcode_draws(qr):
    ours = Image.open(io.BytesIO(qr.png(SAMPLES["url"])))
    theirs = plain(SAMPLES["url"]).make_image(fill_color="black", back_color="white").get_image()
    assert ours.format == "PNG"
    assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize(("text", "version"), [("x" * 17, 1), ("x" * 18, 2), ("x" * 1000, 22)])
def test_the_version_grows_to_fit_and_no_further(qr, text, version):
    png = qr.png(text)
    assert decode(png).extra["Version"] == str(version)
    assert Image.open(io.BytesIO(png)).width == 10 * (17 + 4 * version + 2 * 4)


def test_error_correction_is_low(qr):
    assert decode(qr.png("x")).ec_level == "L"


def test_digits_take_less_room_than_letters(qr):
    assert qr.encode("1" * 1000).version < qr.encode("x" * 1000).version


@pytest.mark.parametrize("text", ["漢" * 984 + "xy", "🎫" * 1000, "x" * 100_000])
def test_more_than_the_largest_code_holds_is_refused(qr, text):
    with pytest.raises(qr.UnencodableError, match=rf"its {len(text.encode()):,} bytes .* \(2,953\)"):
        qr.png(text)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ude00\ud83d"])
def test_half_a_surrogate_pair_is_refused(qr, text):
    with pytest.raises(qr.UnencodableError, match="surrogate"):
        qr.png(text)
