"""Scans of printed statements, degraded as copiers and cameras do; none may be booked wrongly.

`python -m bench.documents_scanned [--pages N] [--seed N]`: prints how many were proved, how many
went to a person, and how many were proved with any value that is not the printed one.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from rich.console import Console

from bench.documents_printed import COUNTERPARTIES, SEED
from bots.documents.layout import Layout, load_layout
from bots.documents.look import SHEET, CannotBeLookedAt, looked_at
from bots.documents.reader import prove_statement_sheet
from bots.documents.recognising import recognised
from domain.proof import Proved
from domain.statement import BankStatement
from sandbox.bank_documents import BookedEntry, PrintedStatement, print_statement

_FIRST_DAY = date(2026, 1, 5)
_TEXTS = ("赔款支付", "货款", "手续费", "医保结算款", "退款")
_PARTIES = ("测试市城乡居民医疗保险服务中心", "测试市第一人民医院", "测试商业银行")
_ROWS = 8


@dataclass(frozen=True)
class Harm:
    """What happened to a picture: resolution, blur and tilt, share of specks, quality of JPEG."""

    dpi: int
    blur_px: float
    askew: float
    specks: float
    jpeg: int


def main() -> None:
    """Degrade, read, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    wanted = parser.parse_args()
    console = Console()
    counted: Counter[str] = Counter()
    for number, told in enumerate(results(wanted.pages, wanted.seed), start=1):
        counted[told.partition(":")[0]] += 1
        console.print(f"{number} {told}", highlight=False)
    console.print(dict(counted), highlight=False)


def results(pages: int, seed: int) -> Iterator[str]:
    """What became of each page: `person`, `right`, or `wrong` with the fields that differ."""
    layout = load_layout(COUNTERPARTIES / "BA-02" / "statement.toml")
    for number in range(pages):
        random = Random(seed * 1_000 + number)
        data = _statement(number, random)
        yield _became(data, degraded(data, harm_of(random), random), layout)


def harm_of(random: Random) -> Harm:
    """From a clean scan to one that people can just read."""
    return Harm(
        dpi=random.choice((120, 150, 200, 300)),
        blur_px=random.choice((0.0, 0.4, 0.8, 1.2)),
        askew=random.uniform(-0.8, 0.8),
        specks=random.choice((0.0, 0.0, 0.001, 0.01)),
        jpeg=random.choice((30, 60, 90)),
    )


def degraded(data: bytes, harm: Harm, random: Random) -> bytes:
    """The pages as pictures, harmed, without any text."""
    file = io.BytesIO()
    paper = Canvas(file, invariant=1)
    for page in pypdfium2.PdfDocument(data):
        picture = page.render(scale=harm.dpi / 72).to_pil().convert("L")
        paper.setPageSize(page.get_size())
        paper.drawImage(ImageReader(_harmed(picture, harm, random)), 0, 0, *page.get_size())
        paper.showPage()
    paper.save()
    return file.getvalue()


def _harmed(picture: Image.Image, harm: Harm, random: Random) -> Image.Image:
    picture = picture.rotate(harm.askew, Image.Resampling.BICUBIC, fillcolor=255)
    picture = picture.filter(ImageFilter.GaussianBlur(harm.blur_px))
    pixels = picture.load()
    assert pixels is not None
    for _ in range(round(harm.specks * picture.width * picture.height)):
        at = random.randrange(picture.width), random.randrange(picture.height)
        pixels[at] = random.choice((0, 255))
    packed = io.BytesIO()
    picture.save(packed, format="JPEG", quality=harm.jpeg)
    return Image.open(io.BytesIO(packed.getvalue())).convert("L")


def _became(right: bytes, scan: bytes, layout: Layout) -> str:
    printed = prove_statement_sheet(SHEET.validate_json(looked_at(right)), layout, sha256="0" * 64)
    if not isinstance(printed, Proved):
        raise AssertionError(str(printed))
    try:
        sheet = SHEET.validate_json(recognised(scan))
    except CannotBeLookedAt as refused:
        return f"person: {refused}"
    read = prove_statement_sheet(sheet, layout, sha256="0" * 64)
    if not isinstance(read, Proved):
        return f"person: {str(read).splitlines()[0]}"
    differing = _differing(printed.value, read.value)
    return f"wrong: {'; '.join(differing)}" if differing else "right"


def _differing(printed: BankStatement, read: BankStatement) -> list[str]:
    """Every value of the scan that is not the printed one, both named."""
    found = [
        f"{name} {getattr(printed, name)} {getattr(read, name)}"
        for name in ("statement_no", "from_day", "to_day", "opening", "closing")
        if getattr(printed, name) != getattr(read, name)
    ]
    if len(printed.lines) != len(read.lines):
        return [*found, "rows"]
    for one, other in zip(printed.lines, read.lines, strict=True):
        found += [
            f"{name} {getattr(one, name)} {getattr(other, name)}"
            for name in ("line_id", "booked_on", "amount", "trace_number", "text", "counterparty")
            if getattr(one, name) != getattr(other, name)
        ]
    return found


def _statement(number: int, random: Random) -> bytes:
    balance = opening = random.randrange(1_000_000, 90_000_000)
    entries = []
    for line in range(1, _ROWS + 1):
        amount = random.choice((1, 1, 1, -1)) * random.randrange(100, 900_000)
        balance += amount
        trace = f"{random.choice(('PB', 'ZZ'))}202601{random.randrange(10_000_000, 99_999_999)}"
        entries.append(
            BookedEntry(
                trace, _FIRST_DAY + timedelta(days=line), amount, trace,
                random.choice(_TEXTS), random.choice(_PARTIES), balance,
            )
        )  # fmt: skip
    return print_statement(
        PrintedStatement(
            statement_no=f"BA-02-{number}",
            sequence=number,
            account="BA-02",
            account_name="测试回款医疗器械有限公司",
            first_day=_FIRST_DAY,
            last_day=_FIRST_DAY + timedelta(days=20),
            opening=opening,
            closing=balance,
            entries=tuple(entries),
        )
    )


if __name__ == "__main__":
    main()
