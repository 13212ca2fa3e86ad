"""Find a browser that really starts, or install one; write its path to var/browser.path.

Apart from the shell script because every way needs a time limit and a proof: the browser opens a
page here before it is believed.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

# The headless shell draws the same pages for a third of the processor time of the whole browser.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
for (const [from, to] of [process.argv.slice(1, 3), process.argv.slice(3, 5)])
  fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""
NO_BROWSER = """
No browser was found and none could be installed. The portal bots need one. Three ways:
  1. .venv/bin/playwright install chromium      (as root also: playwright install-deps chromium)
  2. apt-get install chromium                   (Debian; on Ubuntu or macOS install Google Chrome)
  3. npm install @sparticuz/chromium            (Linux on x86-64; then run this again)
Or name one that is there: HUIKUAN_BROWSER_PATH=/path/to/chrome make demo
"""


def say(text: str) -> None:
    """Tell the person who waits."""
    sys.stdout.write(f"setup: {text}\n")
    sys.stdout.flush()


def opens_a_page(browser: str) -> bool:
    """Whether this browser starts and shows a page within 30 s."""
    try:
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=browser, args=["--no-sandbox", "--disable-gpu"], timeout=30_000
            )
            page = launched.new_page()
            page.set_content("<title>ok</title>")
            title = page.title()
            launched.close()
    except Error as refused:
        say(f"{browser} does not start: {str(refused).splitlines()[0][:120]}")
        return False
    return title == "ok"


def playwrights_own() -> str | None:
    """The browser that Playwright would use, if it is there."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def installed() -> Iterator[str]:
    """Browsers that may already be on this machine, best first."""
    own = playwrights_own()
    if own:
        yield own
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield found
    yield from (path for path in MAC_APPS if Path(path).exists())


def run(words: list[str], *, limit_s: int, **variables: str) -> bool:
    """Run one step with a time limit; tell what it was, and its last words when it failed."""
    say(f"{' '.join(words[:6])} (at most {limit_s} s)")
    started = time.monotonic()
    try:
        done = subprocess.run(
            words,
            timeout=limit_s,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        say(f"  gave up after {limit_s} s")
        return False
    if done.returncode:
        last = done.stdout.decode("utf-8", "replace").strip().splitlines()[-1:]
        say(f"  failed after {time.monotonic() - started:.0f} s: {''.join(last)[:200]}")
    return done.returncode == 0


def by_playwright(home: Path) -> str | None:
    """Playwright's own download."""
    done = run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        limit_s=180,
        PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT="10000",
    )
    return playwrights_own() if done else None


def by_apt(home: Path) -> str | None:
    """Debian's package, with a font that has Chinese letters; only root may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], limit_s=60, **quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "fonts-wqy-zenhei"]
    for name in ("chromium-headless-shell", "chromium"):
        if run([*install, name], limit_s=240, **quiet):
            return shutil.which(name)
    return None


def by_npm(home: Path) -> str | None:
    """A headless Chromium from the package index of npm, unpacked below `home`."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    folder = (home / "browser").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    words = ["npm", "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"]
    if not run([*words, "--prefix", str(folder), NPM_PACKAGE], limit_s=120):
        return None
    packed = folder / "node_modules" / "@sparticuz" / "chromium" / "bin"
    binary, libraries = folder / "chromium-binary", folder / "libraries.tar"
    sources = [packed / "chromium.br", packed / "al2023.tar.br"]
    targets = [binary, libraries]
    words = [str(p) for pair in zip(sources, targets, strict=True) for p in pair]
    if not run(["node", "-e", UNPACK, *words], limit_s=60):
        return None
    shutil.unpack_archive(libraries, folder / "libraries")
    libraries.unlink()
    shutil.rmtree(folder / "node_modules")
    binary.chmod(0o755)
    starter = folder / "chromium"
    starter.write_text(
        "#!/bin/sh\n"
        f'LD_LIBRARY_PATH="{folder}/libraries/lib:${{LD_LIBRARY_PATH:-}}"\n'
        "export LD_LIBRARY_PATH\n"
        f'exec "{binary}" "$@"\n',
        encoding="utf-8",
    )
    starter.chmod(0o755)
    return str(starter)


WAYS: dict[str, Callable[[Path], str | None]] = {
    "playwright": by_playwright,
    "apt": by_apt,
    "npm": by_npm,
}


def find(home: Path, only: str | None) -> str | None:
    """Return a browser that opens a page. `only` names one way to install and skips the search."""
    named = os.environ.get("HUIKUAN_BROWSER_PATH")
    if named:
        return named if opens_a_page(named) else None
    if only is None:
        for candidate in installed():
            if opens_a_page(candidate):
                return candidate
        say("no browser on this machine: installing one")
    for name, way in WAYS.items():
        if only in (None, name):
            made = way(home)
            if made and opens_a_page(made):
                return made
    return None


def main(arguments: list[str]) -> int:
    """Return 0 and write var/browser.path, or 2 after saying what a person can do."""
    home = Path(arguments[0] if arguments else "var")
    browser = find(home, arguments[1] if len(arguments) > 1 else None)
    if browser is None:
        sys.stderr.write(NO_BROWSER)
        return 2
    home.mkdir(parents=True, exist_ok=True)
    (home / "browser.path").write_text(browser + "\n", encoding="utf-8")
    say(f"browser: {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
