"""The world of the steps, for lives that are driven without a server."""

from tests.activities.conftest import migrated, reopened, world

__all__ = ["migrated", "reopened", "world"]
