"""The child process: reads one PDF from standard input under limits, writes what it saw, and ends.

Run as `python -m bots.documents.child look WAY`, `… glimpse`, `… attached`,
`… crop PLACES` or `… render DPI MOST`.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 1024**3
CPU_S = 30
# Recognising text in a picture takes half a minute a page, and 0.8 GB besides the addresses that
# its numeric libraries only reserve.
RECOGNISING_BYTES = 3 * 1024**3
RECOGNISING_CPU_S = 300
ANSWER_BYTES = 64 * 1024 * 1024


def main() -> int:
    is_recognising = sys.argv[1:] == ["look", "recognised"]
    limit_this_process(is_recognising=is_recognising)
    # Imported late: the limits must hold while the PDF libraries load.
    from bots.documents import look, recognising
    from bots.documents.pdfium import forget_fonts
    from bots.documents.sheet import Way

    data = sys.stdin.buffer.read()
    try:
        if sys.argv[1] == "glimpse":
            # A machine's Chinese font is 17 MB, and reading it took half of this child's time.
            forget_fonts()
            answer = look.glimpsed(data)
        elif sys.argv[1] == "crop":
            answer = look.cropped(data, json.loads(sys.argv[2]))
        elif sys.argv[1] == "attached":
            answer = look.attached(data)
        elif sys.argv[1] == "render":
            answer = look.rendered(data, dpi=int(sys.argv[2]), most=int(sys.argv[3]))
        elif is_recognising:
            answer = recognising.recognised(data)
        else:
            answer = look.looked_at(data, Way(sys.argv[2]))
    except look.CannotBeLookedAt as refusal:
        answer = json.dumps({"refused": str(refusal)}).encode()
    except MemoryError:
        answer = json.dumps({"refused": "reading needs too much memory"}).encode()
    sys.stdout.buffer.write(answer)
    return 0


def limit_this_process(*, is_recognising: bool = False) -> None:
    """Bound memory, CPU and what may be written; no core dump, it would hold the text."""
    _limit(resource.RLIMIT_AS, RECOGNISING_BYTES if is_recognising else MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, RECOGNISING_CPU_S if is_recognising else CPU_S)
    _limit(resource.RLIMIT_FSIZE, ANSWER_BYTES)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, amount: int) -> None:
    try:
        resource.setrlimit(what, (amount, amount))
    except (ValueError, OSError):
        # macOS knows RLIMIT_AS but refuses to set it; the wall clock still ends the child there.
        if sys.platform != "darwin":
            raise


if __name__ == "__main__":
    raise SystemExit(main())
