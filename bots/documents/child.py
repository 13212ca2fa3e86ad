"""The child process: reads one PDF from standard input under limits, writes what it saw, and ends.

Run as `python -m bots.documents.child look`, `… glimpse` or `… render DPI MOST`.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 1024**3
CPU_S = 30
ANSWER_BYTES = 64 * 1024 * 1024


def main() -> int:
    limit_this_process()
    # Imported late: the limits must hold while the PDF libraries load.
    from bots.documents import look

    data = sys.stdin.buffer.read()
    try:
        if sys.argv[1] == "glimpse":
            answer = look.glimpsed(data)
        elif sys.argv[1] == "render":
            answer = look.rendered(data, dpi=int(sys.argv[2]), most=int(sys.argv[3]))
        else:
            answer = look.looked_at(data)
    except look.CannotBeLookedAt as refusal:
        answer = json.dumps({"refused": str(refusal)}).encode()
    except MemoryError:
        answer = json.dumps({"refused": "reading needs too much memory"}).encode()
    sys.stdout.buffer.write(answer)
    return 0


def limit_this_process() -> None:
    """Bound memory, CPU and what may be written; no core dump, it would hold the text."""
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, CPU_S)
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
