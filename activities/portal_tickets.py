"""What the tickets of a portal that takes claims in first say of an earlier click.

Apart from the steps because two of them ask: whoever looks for a claim, and whoever takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from activities.portal_journal import LastSending
from bots.portal.bot import PortalBot
from bots.portal.handed_in import HandedIn, PortalSubmission
from bots.portal.progress import Ticket
from bots.portal.values import PortalClaim, Rejected, Seen
from domain.intent import TicketNews


@dataclass(frozen=True)
class OurTickets:
    """The tickets that came of the last click; `is_told`: the portal would show them if any."""

    is_used: bool
    is_told: bool = False
    tickets: tuple[Ticket, ...] = ()
    longest: timedelta = timedelta(0)

    @property
    def news(self) -> TicketNews:
        """What they say together; one that was refused is told apart."""
        if not self.is_used:
            return TicketNews.NOT_USED
        if not self.is_told:
            return TicketNews.NOT_TOLD
        if len(self.tickets) > 1:
            return TicketNews.SEVERAL
        if not self.tickets:
            return TicketNews.NONE
        return TicketNews.WAITING if self.tickets[0].is_open else TicketNews.TAKEN

    @property
    def refused(self) -> Rejected | None:
        """Why the only ticket was refused."""
        fates = [ticket.fate for ticket in self.tickets]
        return fates[0] if len(fates) == 1 and isinstance(fates[0], Rejected) else None

    @property
    def receipt(self) -> str:
        """The number of the claim that the only ticket became, "" when it is not told."""
        is_taken = self.news is TicketNews.TAKEN and self.refused is None
        return self.tickets[0].receipt if is_taken else ""


async def tickets_at(bot: PortalBot, submission: HandedIn, last: LastSending) -> Seen[OurTickets]:
    """Ask for them: by the number that we were told, else by what is ours and was not there before.

    Raises: what the bot raises.
    """
    definition = bot.definition.of(submission.form)
    commit, progress = definition.commit, definition.progress
    if commit.acceptance == "synchronous":
        return Seen(OurTickets(is_used=False), ())
    number = last.ticket if last.state == "answered" else ""
    if progress is None or not (number or progress.match):
        return Seen(OurTickets(is_used=True), ())
    seen = await bot.tickets(submission, number)
    fresh = tuple(one for one in seen.value if number or one.known_as not in last.counted)
    longest = timedelta(hours=progress.longest_hours)
    return Seen(OurTickets(True, True, fresh, longest), seen.evidence, seen.warnings)


async def claim_behind(
    bot: PortalBot, submission: PortalSubmission, receipt: str
) -> Seen[list[PortalClaim]]:
    """The claim that a ticket became, by its receipt: the list may not show it yet.

    Raises: NoSuchReceipt, when it is another claim or version.
    """
    if bot.definition.status is None:
        return Seen([], ())
    seen = await bot.status(submission, receipt)
    return Seen([] if seen.value is None else [seen.value], seen.evidence, seen.warnings)
