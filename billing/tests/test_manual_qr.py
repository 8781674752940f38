"""A QR code that we draw is decoded by an independent reader from a page of a PDF (rule 20)."""

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from billing.bank_transfer.codes import epc, promptpay
from core.documents import render
from core.documents.qr import draw_svg, draw_table
from tests.world import NOW

pytestmark = pytest.mark.whole_documents

SVG = "{http://www.w3.org/2000/svg}"
PROMPTPAY = promptpay.payload("081-234-5678", 3_120_000)
EPC = epc.payload(
    name="Müller & Söhne GmbH",
    iban="DE89370400440532013000",
    amount=120_000,
    reference="RF18539007547034",
)
LONGEST = epc.payload(
    name="ก" * 70, iban="MT84MALT011000012345MTLCAST001S", amount=epc.LARGEST, text="y" * 55
)


def printed(drawing: str, folder: Path) -> Image.Image:
    """Print the drawing on a PDF page with our own renderer; return the page at 150 dpi."""
    head = '<html lang="en"><head><title>QR</title></head>'
    html = f"{head}<body><p>Pay here</p>{drawing}</body></html>"
    (folder / "page.pdf").write_bytes(render._write(html, "qr", {}, NOW))
    subprocess.run(["pdftoppm", "-r", "150", "-png", "page.pdf", "page"], cwd=folder, check=True)
    return Image.open(next(folder.glob("page*.png")))


def squares(drawing: str) -> Image.Image:
    """Draw the path's rectangles, four pixels per module, as any SVG renderer would."""
    root = ElementTree.fromstring(drawing)
    width = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (width, width), 255)
    path = root.find(f"{SVG}path")
    assert path is not None
    for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path.attrib["d"]):
        assert run == back
        for step in range(int(run)):
            image.putpixel((int(x) + step, int(y)), 0)
    return image.resize((width * 4, width * 4), Image.Resampling.NEAREST)


def read(image: Image.Image) -> zxingcpp.Barcode:
    (code,) = zxingcpp.read_barcodes(image)
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return code


@pytest.mark.parametrize(
    "payload", [PROMPTPAY, EPC, LONGEST], ids=["promptpay", "epc", "epc of 331 bytes"]
)
def test_a_printed_code_is_decoded_exactly(payload: str, tmp_path: Path) -> None:
    code = read(printed(draw_svg(payload, title="Scan to pay", size="40mm"), tmp_path))
    assert code.bytes.decode() == payload


def test_the_longest_transfer_fits_331_bytes_and_a_qr_code_of_version_13() -> None:
    assert len(LONGEST.encode()) == 331
    width = int(ElementTree.fromstring(draw_svg(LONGEST, title="x")).attrib["viewBox"].split()[2])
    assert width - 8 <= 17 + 4 * 13


def test_a_code_has_the_error_correction_level_that_the_guideline_requires() -> None:
    assert read(squares(draw_svg(EPC, title="x"))).ec_level == "M"


@example("㿂0")  # whose UTF-8 could be two characters of Shift JIS
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=120))
@settings(deadline=None)
def test_every_text_is_decoded_exactly(text: str) -> None:
    assert read(squares(draw_svg(text, title="x"))).bytes.decode() == text


def test_the_svg_works_under_a_strict_content_security_policy() -> None:
    drawing = draw_svg(EPC, title="Scan to pay", size="32mm")
    assert not re.search(r"style|<script|\son\w+=|data:|href|url\(", drawing)
    assert {element.tag for element in ElementTree.fromstring(drawing).iter()} == {
        f"{SVG}svg",
        f"{SVG}title",
        f"{SVG}rect",
        f"{SVG}path",
    }


def test_the_title_is_escaped() -> None:
    hostile = '</title><script>alert(1)</script>"&'
    root = ElementTree.fromstring(draw_svg(PROMPTPAY, title=hostile))
    assert root.findtext(f"{SVG}title") == hostile
    assert root.attrib["role"] == "img"
    assert root.find(f".//{SVG}script") is None


def test_a_size_is_written_only_if_it_is_given() -> None:
    paper, screen = (
        ElementTree.fromstring(draw_svg(PROMPTPAY, title="x", size=size)) for size in ("32mm", "")
    )
    assert (paper.attrib["width"], paper.attrib["height"]) == ("32mm", "32mm")
    assert "width" not in screen.attrib and "height" not in screen.attrib


def test_the_code_is_black_on_white_with_a_border_of_four_modules() -> None:
    root = ElementTree.fromstring(draw_svg(PROMPTPAY, title="x"))
    ground, path = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    assert ground is not None and path is not None
    assert (ground.attrib["fill"], path.attrib["fill"]) == ("#fff", "#000")
    width = int(root.attrib["viewBox"].split()[2])
    runs = [
        (int(x), int(y), int(run))
        for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)", path.attrib["d"])
    ]
    assert min(x for x, _y, _run in runs) == min(y for _x, y, _run in runs) == 4
    assert max(x + run for x, _y, run in runs) == max(y + 1 for _x, y, _run in runs) == width - 4


def test_the_same_text_is_always_drawn_the_same() -> None:
    assert draw_svg(EPC, title="x") == draw_svg(EPC, title="x")


def test_the_table_of_an_email_has_the_modules_of_the_code() -> None:
    payload = "00020101021229370016A000000677010111"
    table = draw_table(payload, title="Code <1>")
    rows = [
        [
            colour == "000000"
            for length, colour in re.findall(r'colspan=(\d+) bgcolor="#(\w+)"', row)
            for _module in range(int(length))
        ]
        for row in re.findall(r"<tr height=4>(.*?)</tr>", table)
    ]
    code = segno.make(payload, error="m", boost_error=False, micro=False)
    assert rows == [[bool(module) for module in row] for row in code.matrix]
    assert 'aria-label="Code &lt;1&gt;"' in table
    assert "style=" not in table.partition(">")[2]
