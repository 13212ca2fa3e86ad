"""Pictures and snapshots of what the bot saw, records of what it sent and got, each with the hash
of the one before.

Everything that may hold a person's data is covered, unless the definition lets it be shown.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256

from playwright.async_api import Frame

from bots.portal.anchors import Dissent
from bots.portal.definition import PortalDefinition
from bots.portal.desk import Desk
from bots.portal.page import script
from bots.portal.refusals import PortalDown
from bots.portal.values import Picture, Record, head_of
from domain.exchange import Exchange, written
from domain.picture_chain import chain_of


class Album:
    """Collects masked pictures; `secrets` are covered wherever they stand."""

    def __init__(self, definition: PortalDefinition, secrets: tuple[str, ...] = ()) -> None:
        self._definition = definition
        self.secrets = tuple(secret for secret in secrets if secret)
        self.pictures: list[Picture] = []
        self.records: list[Record] = []
        self.warnings: list[Dissent] = []
        """Anchors that dissented in the tabs of this album, though a majority stood."""

    @property
    def head(self) -> str:
        """The hash that everything so far leads to, "" without any."""
        return head_of(self.pictures, self.records)

    async def take(self, desk: Desk, label: str) -> None:
        """Take a picture and a snapshot of the whole tab. Raises: PortalDown."""
        rule = self._definition.evidence
        asked = {
            "labels": rule.labels,
            "names": rule.names,
            "shown": rule.shown,
            "known": vocabulary(self._definition),
            "secrets": self.secrets,
        }
        async with desk.bounded():
            frames = [frame for frame in desk.page.frames if not frame.is_detached()]
            told = await asyncio.gather(
                *(frame.evaluate(script("cover"), asked) for frame in frames)
            )
            # The picture waits for the screen, the snapshot for the page: neither for the other.
            png, snapshot = await asyncio.gather(
                desk.camera.taken(told[0]["width"], told[0]["height"]),
                _snapshots(
                    [frame for frame, one in zip(frames, told, strict=True) if one["hasBody"]]
                ),
            )
            uncover = {**asked, "uncover": True}
            pages = "\n".join(
                await asyncio.gather(
                    *(frame.evaluate(script("cover"), uncover) for frame in frames)
                )
            )
        self.pictures.append(
            chained(
                self.head, label, png, self.cleaned(snapshot), sha256(pages.encode()).hexdigest()
            )
        )

    async def take_if_possible(self, desk: Desk, label: str) -> None:
        """Take a picture of a page that may be gone; say so by its absence."""
        try:
            await self.take(desk, label)
        except PortalDown:
            return

    def add(self, label: str, exchange: Exchange) -> None:
        """Put what is sent or was answered into the chain, after what was seen before it."""
        content = written(exchange)
        told = chain_of(self.head, label, sha256(content).hexdigest(), "", "")
        self.records.append(Record(label, content, self.head, told))

    def cleaned(self, text: str) -> str:
        """Cut the secrets out of a text that the portal showed."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def chained(before: str, label: str, png: bytes, snapshot: str, page_sha256: str) -> Picture:
    """A picture that carries the hash of the one before it, and so of all before it."""
    chain = chain_of(before, label, sha256(png).hexdigest(), snapshot, page_sha256)
    return Picture(label, png, snapshot, page_sha256, before, chain)


def is_unbroken(pictures: Sequence[Picture], records: Sequence[Record] = ()) -> bool:
    """Whether no link was changed, left out or put in between."""
    every: list[Picture | Record] = [*pictures, *records]
    links = {one.before: one for one in every}
    before, count = "", 0
    while before in links and count < len(links):
        one = links[before]
        if one.chain != _again(one):
            return False
        before, count = one.chain, count + 1
    return count == len(every)


def _again(one: Picture | Record) -> str:
    if isinstance(one, Record):
        return chain_of(one.before, one.label, sha256(one.content).hexdigest(), "", "")
    return chained(one.before, one.label, one.png, one.snapshot, one.page_sha256).chain


async def _snapshots(frames: list[Frame]) -> str:
    told = (frame.locator("body, frameset").first.aria_snapshot() for frame in frames)
    return "\n".join(await asyncio.gather(*told))


@lru_cache(maxsize=32)
def _vocabulary(definition_hash: str, text: str) -> tuple[str, ...]:
    return tuple(sorted(set(_words(json.loads(text)))))


def vocabulary(definition: PortalDefinition) -> tuple[str, ...]:
    """The portal's own words, as far as the definition knows them: they are nobody's data."""
    pages = {key: page.model_dump(mode="json") for key, page in definition.pages.items()}
    return _vocabulary(definition.hash, json.dumps([definition.name, pages]))


def _words(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _words(value)
    elif isinstance(part, list):
        for value in part:
            yield from _words(value)
