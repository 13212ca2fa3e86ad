"""The browser that the tests drive: the one that the set-up found, else one on the path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def browser() -> Path | None:
    """Return the browser to start; None is Playwright's own."""
    written = Path("var/browser.path")
    known = [
        os.environ.get("HUIKUAN_BROWSER_PATH"),
        written.read_text(encoding="utf-8").strip() if written.is_file() else None,
        *(shutil.which(name) for name in _NAMES),
    ]
    return next((Path(path) for path in known if path and os.access(path, os.X_OK)), None)
