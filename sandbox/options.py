"""The command line and the environment of a counterparty."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sandbox.fields import instant

# The fictional calendar begins on a Monday, so that no test depends on today.
FIRST_MOMENT = "2026-01-05T08:00:00+08:00"
DEFAULTS = {
    "token": "sandbox-token",
    "webhook_secret": "sandbox-webhook-secret",
    "portal_password": "sandbox-portal-password",
    # An invented seed of one-time codes, in base32.
    "totp_secret": "SANDBOXSANDBOXSANDBOXSANDBOX2345",
    # Names of layout changes (see webforms/layout.py), with commas between.
    "layout": "",
    "webhook_url": "",
    "bank_url": "",
}


def read(name: str, port: int, about: str, argv: list[str] | None) -> argparse.Namespace:
    """Return host, port, state (a folder), clock and set (name=value texts)."""
    parser = argparse.ArgumentParser(prog=f"python -m sandbox.{name}", description=about)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (%(default)s)")
    parser.add_argument("--port", type=int, default=port, help="0 takes a free one (%(default)s)")
    parser.add_argument(
        "--state", type=Path, required=True, metavar="DIR", help="folder of the SQLite file"
    )
    parser.add_argument(
        "--clock",
        type=instant,
        default=FIRST_MOMENT,
        metavar="TIME",
        help="where the simulated clock starts, if the state has none yet (%(default)s)",
    )
    parser.add_argument(
        "--set",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting, over SANDBOX_NAME: " + ", ".join(DEFAULTS),
    )
    return parser.parse_args(argv)


def settings(pairs: list[str]) -> dict[str, str]:
    """Return `--set name=value` over SANDBOX_NAME from the environment."""
    found = {
        name.removeprefix("SANDBOX_").lower(): value
        for name, value in os.environ.items()
        if name.startswith("SANDBOX_")
    }
    return found | dict(pair.split("=", 1) for pair in pairs)


def _pair(text: str) -> str:
    if "=" not in text:
        raise argparse.ArgumentTypeError("must look like name=value")
    return text
