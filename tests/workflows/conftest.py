"""The world of the steps, for lives that are driven without a server."""

from tests.activities.conftest import reopened, steps_file, world

__all__ = ["reopened", "steps_file", "world"]
