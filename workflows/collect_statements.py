"""Fetch every due advice and statement, prove it, and book it; what is refused goes to a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import DocumentSteps, MoneySteps, PortalSteps
    from domain.facts import AccountDay, BookingFacts, CollectDay, CollectFrom, DocumentRef
    from domain.money import Money
    from domain.review import Question, ReviewKind
    from engine.ids import bill_id
    from engine.queues import DOCUMENTS, bots_of
    from workflows.stepping import ask, helped, start_apart, take


@workflow.defn
class CollectStatements:
    """One collection. Without input of today and everywhere; or {"day": "2026-01-06"}, and from
    one place only: {"source": "PB"}."""

    @workflow.run
    async def run(self, wanted: CollectDay | None = None) -> int:
        """Return how many documents were booked."""
        sources = await take(MoneySteps.sources_due, wanted, summary="which sources are due?")
        booked = await asyncio.gather(*(self._collect(source) for source in sources))
        return sum(booked)

    async def _collect(self, source: CollectFrom) -> int:
        if source.in_order and source.alone:
            booking = await self._try_in_turn(await self._fetch(source), source)
            await self._ask_about_missing(source)
            return sum(await asyncio.gather(*booking))
        booked = await self._fetch_and_book(source)
        await self._ask_about_missing(source)
        return booked

    async def _ask_about_missing(self, source: CollectFrom) -> None:
        for day in source.missing:
            await start_apart(
                "AwaitBill",
                AccountDay(source.source, day),
                life_id=bill_id(source.source, day),
                summary=f"{source.source}: the bill of {day} is overdue",
            )

    async def _try_in_turn(
        self, documents: list[DocumentRef], source: CollectFrom
    ) -> list[asyncio.Task[int]]:
        """Try each once, one after the other; whoever waits for a person then waits alone."""
        booking = []
        for document in documents:
            tried = asyncio.Event()
            booking.append(asyncio.create_task(self._book(document, source, tried)))
            await tried.wait()
        return booking

    async def _fetch_and_book(self, source: CollectFrom) -> int:
        documents = await self._fetch(source)
        if source.in_order:
            # One after the other: a statement's opening must equal the closing of the one before.
            return sum([await self._book(document, source) for document in documents])
        # An advice that waits for a person holds no other one up.
        return sum(await asyncio.gather(*(self._book(each, source) for each in documents)))

    async def _fetch(self, source: CollectFrom) -> list[DocumentRef]:
        """Fetch; nothing, when it fails and a person gives up."""
        fetched = await helped(
            lambda: self._fetch_once(source),
            asker=f"{source.source}:{source.day}",
            summary=f"fetch from {source.source}",
        )
        return fetched or []

    async def _fetch_once(self, source: CollectFrom) -> list[DocumentRef]:
        summary = f"{source.source}: fetch what is there up to {source.day}"
        if source.by_portal:
            return await take(
                PortalSteps.collect_from_portal,
                source,
                summary=summary,
                queue=bots_of(source.source),
            )
        return await take(MoneySteps.collect_from_api, source, summary=summary)

    async def _book(
        self, document: DocumentRef, source: CollectFrom, tried: asyncio.Event | None = None
    ) -> int:
        # Counted for each document, so that two collections ask the same question, not two.
        attempt = 0
        while True:
            attempt += 1
            booking = await helped(
                partial(self._prove_and_book, document, tried),
                asker=document.number,
                summary=f"book {document.number}",
            )
            if booking is None:
                # It stays new on record, so the next collection takes it up again.
                return 0
            if booking.booked:
                return 1
            decision = await ask(_refused(document, booking, attempt))
            if decision.outcome == "dismiss":
                await take(
                    DocumentSteps.dismiss_document,
                    document,
                    summary=f"{document.number}: dismissed",
                    queue=DOCUMENTS,
                )
                return 0
            fetched = await self._fetch(replace(source, number=document.number))
            document = fetched[0] if fetched else document

    async def _prove_and_book(
        self, document: DocumentRef, tried: asyncio.Event | None
    ) -> BookingFacts:
        try:
            return await take(
                DocumentSteps.book_document,
                document,
                summary=f"{document.number}: prove, then book",
                queue=DOCUMENTS,
            )
        finally:
            if tried is not None:
                tried.set()


def _refused(document: DocumentRef, booking: BookingFacts, attempt: int) -> Question:
    first = booking.problems[0] if booking.problems else "unreadable"
    return Question(
        natural_key=f"{document.source}:{document.number}:{document.sha256[:16]}:{attempt}",
        kind=ReviewKind.DOCUMENT_REFUSED,
        case_no=None,
        subject=document.number,
        sentence_zh=f"{document.source} 的单据 {document.number} 无法核对，未入账；原因见下。",
        sentence_en=f"{document.number} of {document.source} cannot be proved, nothing of it is"
        f" booked: {first}",
        amount=Money(0),
        evidence=(*booking.crops, document.sha256),
        proposals=booking.problems,
    )
