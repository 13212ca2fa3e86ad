"""The first page of a PDF as a picture, drawn in a process of its own.

A document from outside may be made to break its reader: here that costs one child process with
little memory and time, never the API. Browsers cannot show PDFs under our content policy anyway.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections import OrderedDict
from importlib import import_module
from pathlib import Path

WIDTH_PX = 1300
PIXEL_LIMIT = 12_000_000
TIMEOUT_S = 15
_MEMORY = 1024 * 1024 * 1024
_CPU_S = 10
_KEPT = 24
_pictures: OrderedDict[str, bytes] = OrderedDict()


class NoPreview(RuntimeError):
    """The document cannot be drawn."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"Evidence {sha256} cannot be drawn.")


async def first_page(sha256: str, pdf: bytes) -> bytes:
    """Return page 1 as PNG; the last few pictures are remembered. Raises: NoPreview."""
    known = _pictures.get(sha256)
    if known is not None:
        _pictures.move_to_end(sha256)
        return known
    picture = await _draw(sha256, pdf)
    _pictures[sha256] = picture
    while len(_pictures) > _KEPT:
        _pictures.popitem(last=False)
    return picture


async def _draw(sha256: str, pdf: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api.preview",
        cwd=Path(__file__).parents[1],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            picture, _ = await child.communicate(pdf)
    except TimeoutError as slow:
        child.kill()
        await child.wait()
        raise NoPreview(sha256) from slow
    if child.returncode != 0 or not picture:
        raise NoPreview(sha256)
    return picture


def draw(pdf: bytes) -> bytes:
    """Draw page 1, at most `WIDTH_PX` wide and `PIXEL_LIMIT` large. Raises: PdfiumError."""
    # Here, so that only the child process loads it.
    pdfium = import_module("pypdfium2")
    document = pdfium.PdfDocument(pdf)
    try:
        page = document[0]
        width, height = page.get_size()
        scale = min(WIDTH_PX / width, (PIXEL_LIMIT / (width * height)) ** 0.5)
        out = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG", optimize=False)
    finally:
        document.close()
    return out.getvalue()


def _limit_myself() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    _limit_myself()
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
