"""Keeps one process that has loaded the PDF libraries, and forks a child from it per document.

Loading them costs half a second of processor; a fork costs a few milliseconds. Each document still
gets a process of its own with limits of its own, and neither process has a variable of ours.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).resolve().parents[2]
_TICK_S = 0.005
TIMED_OUT = -1000
"""Status of a child that was ended by the wall clock; others are as `subprocess` tells them."""

_CHINESE_PAGE = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R
/Resources <</Font <</Song 5 0 R>>>>>> endobj
4 0 obj <</Length 39>> stream
BT /Song 9 Tf 9 9 Td <56DE6B3E> Tj ET
endstream endobj
5 0 obj <</Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H
/DescendantFonts [6 0 R]>> endobj
6 0 obj <</Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R
/CIDSystemInfo <</Registry (Adobe) /Ordering (GB1) /Supplement 0>>>> endobj
7 0 obj <</Type /FontDescriptor /FontName /STSong-Light /Flags 6 /ItalicAngle 0 /StemV 58
/Ascent 880 /Descent -120 /CapHeight 880 /FontBBox [-25 -254 1000 880]>> endobj
trailer <</Root 1 0 R>>
"""


class NurseryEnded(RuntimeError):
    """The process that forks the children has ended; the next document starts another."""


class Nursery:
    """The asking side. Safe to share between threads; starts its process when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[int]] = {}
        self._process: subprocess.Popen[str] | None = None

    def run(self, arguments: Sequence[str], question: Path, answer: Path, timeout_s: float) -> int:
        """Read one document in a child; return its exit status. Raises: NurseryEnded."""
        done: Future[int] = Future()
        with self._lock:
            process = self._running()
            number = next(self._numbers)
            self._waiting[number] = done
            order = {
                "number": number,
                "arguments": list(arguments),
                "question": str(question),
                "answer": str(answer),
                "timeout_s": timeout_s,
            }
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
            except BrokenPipeError as ended:
                raise NurseryEnded from ended
        return done.result(timeout=timeout_s + 30)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bots.documents.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=_ROOT,
                env={
                    "PYTHONPATH": str(_ROOT),
                    "PYTHONUTF8": "1",
                    "PATH": "/usr/bin:/bin",
                    # pdfium reads a whole font collection, 17 MB for one Chinese font, for each
                    # document that carries none: in large pages that costs half the time.
                    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
                },
            )
            assert self._process.stdout is not None
            listener = threading.Thread(
                target=self._listen, args=(self._process.stdout,), daemon=True
            )
            listener.start()
        return self._process

    def _listen(self, answers: IO[str]) -> None:
        for line in answers:
            told = json.loads(line)
            self._waiting.pop(told["number"]).set_result(told["status"])
        with self._lock:
            left, self._waiting = self._waiting, {}
        for done in left.values():
            done.set_exception(NurseryEnded())


@dataclass(frozen=True)
class _Child:
    number: int
    until: float


def serve() -> None:
    """The forking side: orders on standard input, statuses on standard output, until it closes."""
    # Loaded before the first fork, which is the point of this process.
    from bots.documents import child

    warm_up()
    # Or a child's collector would touch, and so copy, every page of what it shares with us.
    gc.freeze()
    children: dict[int, _Child] = {}
    orders = os.fdopen(os.dup(0), "rb", buffering=0)
    unread = b""
    while True:
        ready, _, _ = select.select([orders], [], [], _TICK_S if children else None)
        if ready:
            part = orders.read(65536)
            if not part and not children:
                return
            *lines, unread = (unread + part).split(b"\n")
            for line in lines:
                order = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    _live_and_end(child.main, order)
                until = time.monotonic() + order["timeout_s"]
                children[pid] = _Child(order["number"], until)
        _reap(children)


def warm_up() -> None:
    """Do once what would cost each child more than its reading: load libraries, find fonts.

    The one document that this process itself opens is our own.
    """
    from pdfminer.cmapdb import CMapDB
    from PIL import Image

    from bots.documents import look

    Image.init()
    for encoding in ("UniGB-UCS2-H", "UniGB-UTF16-H", "GBK-EUC-H"):
        CMapDB.get_cmap(encoding)
    CMapDB.get_unicode_map("Adobe-GB1")
    look.glimpsed(_CHINESE_PAGE)


def _live_and_end(main: Callable[[], int], order: dict[str, Any]) -> None:
    """What the child does: its files become standard input and output, then it reads, and ends."""
    status = 1
    try:
        os.dup2(os.open(order["question"], os.O_RDONLY), 0)
        os.dup2(os.open(order["answer"], os.O_WRONLY), 1)
        sys.stdin, sys.stdout = os.fdopen(0, "r"), os.fdopen(1, "w")
        sys.argv = ["child", *order["arguments"]]
        status = main()
        sys.stdout.flush()
    finally:
        # Whatever a document does to the libraries ends here, as a status: nothing is above.
        os._exit(status)


def _reap(children: dict[int, _Child]) -> None:
    for pid, child in list(children.items()):
        ended, raw = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(raw) if ended else None
        if status is None and time.monotonic() > child.until:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            status = TIMED_OUT
        if status is not None:
            del children[pid]
            sys.stdout.write(json.dumps({"number": child.number, "status": status}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    serve()
