"""How pictures of a portal hang together: each link names the one before, so that none can be
changed, left out or put in between without being seen.

Apart from the bot that makes the chain, because whoever reads it later must come to the same hash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

_HEAD = ("page ", "before ", "chain ", "")


@dataclass(frozen=True)
class Link:
    """One picture as its snapshot tells it: hashes in hex, `before` empty at the beginning."""

    label: str
    page_sha256: str
    before: str
    chain: str
    snapshot: str


def chain_of(before: str, label: str, png_sha256: str, snapshot: str, page_sha256: str) -> str:
    """The hash of one picture and, through `before`, of all before it."""
    parts = [before, label, png_sha256, sha256(snapshot.encode()).hexdigest(), page_sha256]
    return sha256(json.dumps(parts).encode()).hexdigest()


def written(link: Link) -> bytes:
    """The snapshot as it is kept: the lines of the link, an empty one, and what stood there."""
    lines = (
        f"page {link.page_sha256}",
        f"before {link.before}",
        f"chain {link.chain}",
        "",
        link.snapshot,
    )
    return "\n".join(lines).encode()


def read(label: str, kept: bytes) -> Link | None:
    """The way back from `written`; None for what is no such snapshot."""
    lines = kept.decode("utf-8", "replace").split("\n", len(_HEAD))
    if len(lines) <= len(_HEAD) or not all(map(str.startswith, lines, _HEAD)) or lines[3]:
        return None
    page, before, chain = (
        line.removeprefix(head) for line, head in zip(lines, _HEAD[:3], strict=False)
    )
    return Link(label, page, before, chain, lines[4])


def fits(link: Link, png_sha256: str) -> bool:
    """Whether this picture is the one that the link was made of."""
    told = chain_of(link.before, link.label, png_sha256, link.snapshot, link.page_sha256)
    return told == link.chain


def in_order(links: Sequence[Link]) -> list[list[Link]]:
    """The chains that these links make, each from its beginning to a link that none follows.

    Two runs that began with the same picture share its link. A chain whose first link names a
    former one has lost it.
    """
    known = {link.chain: link for link in links}
    followed = {link.before for link in known.values()}
    chains = []
    for link in known.values():
        if link.chain in followed:
            continue
        chain = [link]
        while chain[0].before in known and len(chain) <= len(known):
            chain.insert(0, known[chain[0].before])
        chains.append(chain)
    return chains
