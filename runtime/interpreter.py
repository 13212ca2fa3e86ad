"""How Python itself is set in a process that serves task queues all day.

Measured with `python -m bench` on two cores (docs/bench.md).
"""

from __future__ import annotations

import gc
import sys

# A step makes some thousand objects and few of them in circles: looking for those after every 700
# took three hundredths of a worker's time.
_OBJECTS_BEFORE_COLLECTING = 20_000

# Each thread that waits for its turn wakes up this often to ask for it, and up to 32 steps wait:
# at Python's own 5 ms they woke 6,000 times a second for nothing.
_TURN_S = 0.02


def prepare_to_serve() -> None:
    """Call once, when everything is loaded: what is there by then is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING, 10, 10)
    sys.setswitchinterval(_TURN_S)
