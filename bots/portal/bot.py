"""The bot for one portal account: looks for a claim, hands it in once, asks, voids, downloads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from hashlib import sha256
from typing import TypeVar

from bots.portal.browser import PortalBrowser, Visit
from bots.portal.definition import FormKind, PortalDefinition
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.guard import Guard, Violation
from bots.portal.handed_in import HandedIn, PortalSubmission
from bots.portal.listing import already_there, find_claims, list_claims, standing
from bots.portal.obstacles import SessionEnded
from bots.portal.payload import Payload
from bots.portal.progress import Ticket, counted, tickets_before, tickets_of
from bots.portal.reading import read_listed_remittance
from bots.portal.refusals import (
    DuplicateClaims,
    LoginRefused,
    NoSuchReceipt,
    PortalDown,
    PortalLayoutChanged,
    SignedInElsewhere,
)
from bots.portal.rehearsal import NoJournal
from bots.portal.remitting import fetch_document, listed_remittances
from bots.portal.signing_in import Codes, sign_in
from bots.portal.standing import standing_of, void_claim
from bots.portal.submission import Submission
from bots.portal.values import (
    Credentials,
    Journal,
    LayoutChanged,
    Note,
    NotSent,
    PortalClaim,
    PortalRemittance,
    Seen,
    SubmitOutcome,
    Unknown,
)
from bots.portal.walk import Walk

T = TypeVar("T")

# A stored session may have ended while nobody looked, and a fresh one may end on the way.
_MOST_ROUNDS = 3


class PortalBot:
    """Every method may raise PortalDown, LoginRefused, PortalLayoutChanged and the obstacles.

    Results come with masked pictures of the pages that show them.
    """

    def __init__(
        self,
        definition: PortalDefinition,
        credentials: Credentials,
        browser: PortalBrowser,
        codes: Codes | None = None,
    ) -> None:
        # Patches are laid over what is written, between runs; they change what anchors say only.
        self.written = self.definition = definition
        self._credentials = credentials
        self._browser = browser
        self._codes = codes
        self.username = credentials.username
        self.unlocks = 0
        """How often people let the account be tried again, as told before the run at hand."""
        self._account = f"{definition.url}|{credentials.username}"

    async def find(self, thing: HandedIn) -> Seen[list[PortalClaim]]:
        """Every row that the list of its form shows as this one, the newest first.

        The list lags behind: an empty answer is no proof before the settling time is over. Without
        a reference of ours in the list these are all claims that look the same.
        """
        payload = thing.payload()

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[PortalClaim]:
            return await find_claims(Walk(desk, album, payload), album, payload)

        return await self._seen(work, *payload.secrets, form=thing.form)

    async def listed(self, form: FormKind = "claim") -> Seen[list[PortalClaim]]:
        """Every row that the form's list shows, for the daily comparison with what we sent."""

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[PortalClaim]:
            return await list_claims(Walk(desk, album, Payload({})), album)

        return await self._seen(work, form=form)

    async def tickets(self, thing: HandedIn, number: str = "") -> Seen[list[Ticket]]:
        """What became of the ticket of this number, or of every one that is ours by what it says.

        A ticket is there as soon as the portal has heard of it, and may stay open for longer than
        the list lags. Earlier versions of a claim have theirs.
        """
        payload = thing.payload()

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[Ticket]:
            return await tickets_of(desk, album, payload, number)

        return await self._seen(work, *payload.secrets, form=thing.form)

    async def status(
        self, claim: PortalSubmission, receipt: str | None = None
    ) -> Seen[PortalClaim | None]:
        """Where a claim stands, with what was decided; None when the list does not show it.

        With a receipt number the list, and its lag, is not needed. Raises: DuplicateClaims,
        NoSuchReceipt.
        """
        payload = claim.payload()

        async def work(desk: Desk, _visit: Visit, album: Album) -> PortalClaim | None:
            walk = Walk(desk, album, payload)
            number = receipt
            if number is None:
                there = standing(await find_claims(walk, album, payload))
                if len(there) > 1:
                    receipts = tuple(one.receipt for one in there)
                    raise DuplicateClaims(claim.claim_no, claim.version, receipts)
                if not there:
                    return None
                number = there[0].receipt
            known = payload.with_receipt(number)
            found = await standing_of(Walk(desk, album, known), album, known)
            if (found.claim_no, found.version) not in (("", None), (claim.claim_no, claim.version)):
                raise NoSuchReceipt(number)
            return found

        return await self._seen(work, *payload.secrets)

    async def submit(self, thing: HandedIn, journal: Journal) -> Seen[SubmitOutcome]:
        """Look, and if it is not there hand it in with one click.

        Do this only when no earlier click of the same version may still be on its way: the list
        lags. After the click nothing is raised but by `journal` itself.
        """
        payload, definition = thing.payload(), self.definition.of(thing.form)
        album = Album(definition, payload.secrets)

        async def work(desk: Desk, visit: Visit) -> SubmitOutcome:
            there = await find_claims(Walk(desk, album, payload), album, payload)
            if there and definition.listing.echoes_reference:
                return already_there(thing, standing(there))
            before = await tickets_before(desk, album, payload)
            if still := [one.number for one in before if one.is_open]:
                return Unknown(f"ticket {still[0]} for it is still worked on")
            await journal.note(Note("searched", counted(there, before), "", tuple(album.pictures)))
            return await Submission(desk, visit, album, payload, journal).run()

        try:
            outcome = await self._signed_in(work, album, definition)
        except PortalLayoutChanged as changed:
            outcome = LayoutChanged(changed.page, album.cleaned(changed.detail), changed.dissents)
        return Seen(outcome, tuple(album.pictures), tuple(album.warnings), tuple(album.records))

    async def rehearse(self, thing: HandedIn) -> Seen[None]:
        """Walk up to the unsent form and look for every button; nothing is sent."""
        payload, definition = thing.payload(), self.definition.of(thing.form)
        album = Album(definition, payload.secrets)

        async def work(desk: Desk, visit: Visit) -> None:
            await find_claims(Walk(desk, album, payload), album, payload)
            await tickets_before(desk, album, payload)
            await Submission(desk, visit, album, payload, NoJournal()).rehearse()

        await self._signed_in(work, album, definition)
        return Seen(None, tuple(album.pictures), tuple(album.warnings))

    async def void(self, receipt: str) -> Seen[PortalClaim]:
        """Take a claim back; voiding twice is the same as once, so a lost answer is tried again.

        Raises: VoidRefused, NoSuchReceipt.
        """

        async def work(desk: Desk, _visit: Visit, album: Album) -> PortalClaim:
            payload = Payload({"receipt": receipt})
            return await void_claim(Walk(desk, album, payload), album, payload)

        return await self._seen(work)

    async def remittances(self, since: date) -> Seen[list[PortalRemittance]]:
        """The remittances paid on `since` or later, the newest first."""

        async def work(desk: Desk, _visit: Visit, album: Album) -> list[PortalRemittance]:
            rows = await listed_remittances(desk, album, since)
            part = self.definition.remittances
            assert part is not None, "without it there would be no rows"
            return [read_listed_remittance(part.page, row, part.day_format) for row in rows]

        return await self._seen(work)

    async def download(self, remittance_no: str) -> Seen[bytes]:
        """The document behind a remittance's link, as it is. Raises: NoSuchRemittance."""

        async def work(desk: Desk, _visit: Visit, album: Album) -> bytes:
            return await fetch_document(desk, album, remittance_no)

        return await self._seen(work)

    async def _seen(
        self,
        work: Callable[[Desk, Visit, Album], Awaitable[T]],
        *secrets: str,
        form: FormKind = "claim",
    ) -> Seen[T]:
        definition = self.definition.of(form)
        album = Album(definition, secrets)
        try:
            value = await self._signed_in(
                lambda desk, visit: work(desk, visit, album), album, definition
            )
        except PortalLayoutChanged as changed:
            pictures, detail = tuple(album.pictures), album.cleaned(changed.detail)
            dissents = (*changed.dissents, *album.warnings)
            raise PortalLayoutChanged(changed.page, detail, pictures, dissents) from changed
        return Seen(value, tuple(album.pictures), tuple(album.warnings))

    async def _signed_in(
        self,
        work: Callable[[Desk, Visit], Awaitable[T]],
        album: Album,
        definition: PortalDefinition,
    ) -> T:
        """Do the work in a fresh tab; when the session has ended, again from the start."""
        for _ in range(_MOST_ROUNDS):
            guard = Guard(definition.commit.request, definition.writes)
            async with self._browser.visit(
                definition.url, self._account, guard, wait_s=definition.page_wait_s
            ) as visit:
                desk = Desk(visit.page, definition, is_busy=guard.is_busy)
                session = visit.session
                try:
                    session = session or await self._sign_in(desk)
                    return await self._traced(work, desk, visit, album)
                except SessionEnded:
                    remembered = bool(self.definition.login.remember)
                    self._browser.sessions.forget(self._account, session, is_remembered=remembered)
                except SignedInElsewhere:
                    # Who comes next signs in anew; until then the account is somebody else's.
                    self._browser.sessions.forget(self._account, session)
                    raise
                except PortalLayoutChanged as changed:
                    await album.take_if_possible(desk, "layout-changed")
                    if not guard.violations:
                        raise
                    raise _with_kept_back(changed, guard.violations) from changed
                finally:
                    album.warnings += [w for w in desk.warnings if w not in album.warnings]
        raise PortalDown("it signs us out again and again")

    async def _traced(
        self,
        work: Callable[[Desk, Visit], Awaitable[T]],
        desk: Desk,
        visit: Visit,
        album: Album,
    ) -> T:
        """The work in a tab that is signed in: what it did can be seen again when it failed."""
        secrets = (self._credentials.password, *album.secrets)
        async with self._browser.tracer.watching(desk.page.context, secrets) as watched:
            if visit.session is not None:
                await desk.open(self.definition.login.home)
            value = await work(desk, visit)
            watched.has_failed = isinstance(value, LayoutChanged | NotSent | Unknown)
            return value

    async def _sign_in(self, desk: Desk) -> str:
        sessions = self._browser.sessions
        password = sha256(self._credentials.password.encode()).hexdigest()
        async with sessions.lock(self._account):
            if sessions.is_refused(self._account, password, self.unlocks):
                raise LoginRefused(self.definition.name, self._credentials.username)
            try:
                await sign_in(desk, self._credentials, self._codes)
            except LoginRefused:
                sessions.note_refused(self._account, password, self.unlocks)
                raise
            async with desk.bounded():
                return sessions.keep(self._account, await desk.page.context.storage_state())


def _with_kept_back(changed: PortalLayoutChanged, kept: list[Violation]) -> PortalLayoutChanged:
    """A page that did not go on may have wanted to send something that no rule knows."""
    told = ", ".join(f"{one.method} {one.path}, {one.why}" for one in kept)
    detail = f"{changed.detail}; kept back: {told}"
    return PortalLayoutChanged(changed.page, detail, changed.evidence, changed.dissents)
