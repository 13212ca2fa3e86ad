"""Reads `portal.toml` and says every fault with its line; gives each definition its hash."""

from __future__ import annotations

from pathlib import Path

from bots.portal.definition.portal import PortalDefinition
from engine.toml_faults import Fault, FileHasFaults, faults_of, read_file

__all__ = ["DefinitionUnreadable", "Fault", "faults_of", "load"]


class DefinitionUnreadable(FileHasFaults):
    """A portal's file lacks something or says something that nobody understands."""


def load(path: Path, *, url: str) -> PortalDefinition:
    """Read a portal's file; its hash is that of the bytes. Raises: DefinitionUnreadable."""
    return read_file(
        path,
        PortalDefinition,
        more=lambda digest: {"url": url.rstrip("/"), "hash": digest},
        error=DefinitionUnreadable,
    )
