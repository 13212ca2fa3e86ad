"""The bot for one portal account: looks for a claim, hands it in once, asks, voids, downloads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bots.portal.browser import PortalBrowser, Visit
from bots.portal.definition import PortalDefinition
from bots.portal.desk import Desk, SessionEnded
from bots.portal.evidence import Album
from bots.portal.reading import read_claim_detail, read_listed_claim, read_listed_remittance
from bots.portal.submission import Submission
from bots.portal.values import (
    AlreadyThere,
    Credentials,
    DuplicateClaims,
    Journal,
    LayoutChanged,
    LoginRefused,
    NoSuchReceipt,
    NoSuchRemittance,
    PortalClaim,
    PortalDown,
    PortalLayoutChanged,
    PortalRemittance,
    PortalSubmission,
    Seen,
    SubmitOutcome,
    Unknown,
    VoidRefused,
)

T = TypeVar("T")

_VOIDED = "reversed"
# A stored session may have ended while nobody looked, and a fresh one may end on the way.
_MOST_ROUNDS = 3


class PortalBot:
    """Every method may raise PortalDown and LoginRefused; the readers PortalLayoutChanged, too.

    Results come with masked pictures of the pages that show them.
    """

    def __init__(
        self, definition: PortalDefinition, credentials: Credentials, browser: PortalBrowser
    ) -> None:
        self._definition = definition
        self._credentials = credentials
        self._browser = browser
        self._account = f"{definition.url}|{credentials.username}"

    async def find(self, claim_no: str, version: int) -> Seen[list[PortalClaim]]:
        """Every claim that the list shows under this number and version, the newest first.

        The list lags behind: an empty answer is no proof before the settling time is over.
        """

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[PortalClaim]:
            return await self._find(desk, album, claim_no, version)

        return await self._seen(work)

    async def status(
        self, claim_no: str, version: int, receipt: str | None = None
    ) -> Seen[PortalClaim | None]:
        """Where a claim stands, with what was decided; None when the list does not show it.

        With a receipt number the list, and its lag, is not needed. Raises: DuplicateClaims,
        NoSuchReceipt.
        """

        async def work(desk: Desk, _visit: Visit, album: Album) -> PortalClaim | None:
            number = receipt
            if number is None:
                standing = _standing(await self._find(desk, album, claim_no, version))
                if len(standing) > 1:
                    receipts = tuple(claim.receipt for claim in standing)
                    raise DuplicateClaims(claim_no, version, receipts)
                if not standing:
                    return None
                number = standing[0].receipt
            claim = await self._detail(desk, album, number)
            if (claim.claim_no, claim.version) != (claim_no, version):
                raise NoSuchReceipt(number)
            return claim

        return await self._seen(work)

    async def submit(
        self, claim: PortalSubmission, dossier: Path, journal: Journal
    ) -> Seen[SubmitOutcome]:
        """Look, and if it is not there hand the claim in with one click.

        Do this only when no earlier click of the same version may still be on its way: the list
        lags. After the click nothing is raised but by `journal` itself.
        """
        album = self._album(claim.member_no, claim.patient_name)

        async def work(desk: Desk, visit: Visit) -> SubmitOutcome:
            there = await self._find(desk, album, claim.claim_no, claim.version)
            if there:
                return _already_there(claim, _standing(there))
            submission = Submission(desk, visit.gate, self._definition, album, claim)
            return await submission.run(dossier, journal)

        try:
            outcome = await self._signed_in(work, album)
        except PortalLayoutChanged as changed:
            outcome = LayoutChanged(changed.page, album.cleaned(changed.detail))
        return Seen(outcome, tuple(album.pictures))

    async def void(self, receipt: str) -> Seen[PortalClaim]:
        """Take a claim back; voiding twice is the same as once, so a lost answer is tried again.

        Raises: VoidRefused, NoSuchReceipt.
        """

        async def work(desk: Desk, _visit: Visit, album: Album) -> PortalClaim:
            claim = await self._detail(desk, album, receipt)
            if claim.status == _VOIDED:
                return claim
            page = self._definition.detail
            async with desk.bounded():
                can_be_voided = await desk.page.locator(page.void_form).count() == 1
            if not can_be_voided:
                raise VoidRefused(receipt, claim.status)
            desk.expect_dialogs(page.void_confirm)
            await desk.press(page.void_form, page.void_button, page.heading)
            claim = await self._detail(desk, album, receipt)
            if claim.status != _VOIDED:
                raise VoidRefused(receipt, claim.status)
            return claim

        return await self._seen(work)

    async def remittances(self, since: date) -> Seen[list[PortalRemittance]]:
        """The remittances paid on `since` or later, the newest first."""

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[PortalRemittance]:
            page = self._definition.remittances
            rows = await desk.search(page, since.isoformat())
            await album.take(desk, "remittances")
            return [read_listed_remittance(page.heading, row) for row in rows]

        return await self._seen(work)

    async def download(self, remittance_no: str) -> Seen[bytes]:
        """The document behind a remittance's link, as it is. Raises: NoSuchRemittance."""

        async def work(desk: Desk, _visit: Visit, album: Album) -> bytes:
            page = self._definition.remittances
            rows = await desk.search(page, "")
            await album.take(desk, "remittances")
            for row in rows:
                if row["remittance_no"].text == remittance_no:
                    return await self._fetch(desk, row["download"].href)
            raise NoSuchRemittance(remittance_no)

        return await self._seen(work)

    async def _find(
        self, desk: Desk, album: Album, claim_no: str, version: int
    ) -> list[PortalClaim]:
        page = self._definition.claims
        rows = await desk.search(page, claim_no)
        await album.take(desk, "claims")
        claims = [read_listed_claim(page.heading, row, self._definition.statuses) for row in rows]
        if any(claim.claim_no != claim_no for claim in claims):
            raise PortalLayoutChanged(page.heading, "it lists other claims than asked for")
        return [claim for claim in claims if claim.version == version]

    async def _detail(self, desk: Desk, album: Album, receipt: str) -> PortalClaim:
        page = self._definition.detail
        path = page.path.format(receipt=receipt)
        shown = await desk.open(path, page.heading, page.absent_heading)
        if shown.heading == page.absent_heading:
            raise NoSuchReceipt(receipt)
        await album.take(desk, "claim")
        texts = await desk.pairs(page.table, page.labels)
        return read_claim_detail(page.heading, texts, self._definition.statuses)

    async def _fetch(self, desk: Desk, href: str) -> bytes:
        if urlsplit(href).netloc != urlsplit(self._definition.url).netloc:
            raise PortalLayoutChanged("download", "the link leads to another host")
        async with desk.bounded():
            answer = await desk.page.context.request.get(href, max_redirects=0)
            content = await answer.body()
        if 300 <= answer.status < 400:
            raise SessionEnded
        if answer.status != 200:
            raise PortalDown(f"answered {answer.status} to a download")
        return content

    async def _seen(self, work: Callable[[Desk, Visit, Album], Awaitable[T]]) -> Seen[T]:
        album = self._album()
        try:
            value = await self._signed_in(lambda desk, visit: work(desk, visit, album), album)
        except PortalLayoutChanged as changed:
            pictures = tuple(album.pictures)
            raise PortalLayoutChanged(changed.page, changed.detail, pictures) from changed
        return Seen(value, tuple(album.pictures))

    def _album(self, *secrets: str) -> Album:
        return Album(self._definition.evidence, secrets)

    async def _signed_in(self, work: Callable[[Desk, Visit], Awaitable[T]], album: Album) -> T:
        """Do the work in a fresh tab; when the session has ended, again from the start."""
        for _ in range(_MOST_ROUNDS):
            async with self._visit() as visit:
                desk = Desk(visit.page, self._definition)
                session = visit.session
                try:
                    if session is None:
                        session = await self._sign_in(desk)
                    return await work(desk, visit)
                except SessionEnded:
                    self._browser.sessions.forget(self._account, session)
                except PortalLayoutChanged:
                    await album.take_if_possible(desk, "layout-changed")
                    raise
        raise PortalDown("it signs us out again and again")

    @asynccontextmanager
    async def _visit(self) -> AsyncIterator[Visit]:
        wait_s = self._definition.page_wait_s
        url = self._definition.url
        async with self._browser.visit(url, self._account, wait_s=wait_s) as visit:
            yield visit

    async def _sign_in(self, desk: Desk) -> str:
        sessions = self._browser.sessions
        password = sha256(self._credentials.password.encode()).hexdigest()
        async with sessions.lock(self._account):
            if (self._account, password) in sessions.refused:
                raise LoginRefused(self._definition.name, self._credentials.username)
            try:
                await desk.sign_in(self._credentials)
            except LoginRefused:
                sessions.refused.add((self._account, password))
                raise
            async with desk.bounded():
                return sessions.keep(self._account, await desk.page.context.storage_state())


def _standing(claims: list[PortalClaim]) -> list[PortalClaim]:
    """Leave out voided ones, unless there is nothing else."""
    return [claim for claim in claims if claim.status != _VOIDED] or claims[:1]


def _already_there(ours: PortalSubmission, standing: list[PortalClaim]) -> SubmitOutcome:
    if len(standing) > 1:
        return Unknown(f"it is there {len(standing)} times")
    found = standing[0]
    if found.billed != ours.total:
        return Unknown(f"{found.receipt} is there with {found.billed}, ours is {ours.total}")
    return AlreadyThere(found)
