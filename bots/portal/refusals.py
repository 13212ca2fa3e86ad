"""Why a portal, or what stands on its pages, keeps the bot from going on: facts with names."""

from __future__ import annotations

from bots.portal.anchors import Dissent
from bots.portal.values import Picture


class PortalDown(Exception):
    """The portal does not answer, or says that it is being maintained. Nothing was sent."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The portal is down: {why}.")


class LoginRefused(Exception):
    """The portal does not take our password; trying again could lock the account."""

    def __init__(self, portal: str, username: str) -> None:
        self.portal, self.username = portal, username
        super().__init__(f"{portal} refused to sign {username} in.")


class Complaints(Exception):
    """The portal's own checks said no; nothing was taken. The texts are the portal's."""

    def __init__(self, page: str, messages: tuple[str, ...]) -> None:
        self.page, self.messages = page, messages
        super().__init__(f"Page {page} complains {len(messages)} times.")


class PortalLayoutChanged(Exception):
    """A page is not what the definition says; `dissents` are what a patch of it would change."""

    def __init__(
        self,
        page: str,
        detail: str,
        evidence: tuple[Picture, ...] = (),
        dissents: tuple[Dissent, ...] = (),
    ) -> None:
        self.page, self.detail, self.evidence, self.dissents = page, detail, evidence, dissents
        super().__init__(f"Page {page!r} of the portal changed: {detail}.")


class Obstacle(Exception):
    """The portal shows something that only a person can deal with, instead of the page."""


class CaptchaShown(Obstacle):
    """The portal wants proof of a human. It gets none from a bot: a person looks, we cool down."""

    def __init__(self) -> None:
        super().__init__("The portal shows a captcha; the bot stops.")


class CodeAsked(Obstacle):
    """The portal asks for a one-time code."""

    def __init__(self) -> None:
        super().__init__("The portal asks for a one-time code.")


class CodeNotGiven(Obstacle):
    """Nobody gave the one-time code in time; the next sign-in asks for another."""

    def __init__(self, portal: str, request_no: str, minutes: int) -> None:
        self.portal, self.request_no = portal, request_no
        super().__init__(
            f"Portal {portal} asked for a one-time code ({request_no}), and nobody gave it"
            f" within {minutes} minutes."
        )


class CodeRefused(Exception):
    """The portal did not take the one-time code; another try could lock the account."""

    def __init__(self, portal: str) -> None:
        self.portal = portal
        super().__init__(f"{portal} refused the one-time code.")


class NoticeShown(Obstacle):
    """A notice stands before everything else, and the definition does not say how to close it."""

    def __init__(self) -> None:
        super().__init__("The portal shows a notice that only a person may accept.")


class PasswordExpired(Obstacle):
    """The portal wants another password before it goes on."""

    def __init__(self) -> None:
        super().__init__("The portal's password has expired; a person must set another.")


class AccountLocked(Obstacle):
    """The portal has locked the account, as some do after a few wrong codes."""

    def __init__(self) -> None:
        super().__init__("The portal has locked the account; a person must have it unlocked.")


class SignedInElsewhere(Obstacle):
    """Somebody else uses the same account; fighting over it would throw that person out."""

    def __init__(self) -> None:
        super().__init__("Somebody else has signed in with the same portal account.")


class DuplicateClaims(Exception):
    """The portal holds one version of a claim more than once; a person must void all but one."""

    def __init__(self, claim_no: str, version: int, receipts: tuple[str, ...]) -> None:
        self.claim_no, self.version, self.receipts = claim_no, version, receipts
        super().__init__(f"Claim {claim_no} version {version} stands as {', '.join(receipts)}.")


class NoSuchReceipt(Exception):
    """The portal knows no claim with this receipt number."""

    def __init__(self, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(f"The portal has no claim {receipt}.")


class VoidRefused(Exception):
    """The portal does not void this claim, for instance because it is paid."""

    def __init__(self, receipt: str, status: str) -> None:
        self.receipt, self.status = receipt, status
        super().__init__(f"Claim {receipt} cannot be voided, it is {status}.")


class NoSuchRemittance(Exception):
    """The portal lists no remittance with this number."""

    def __init__(self, remittance_no: str) -> None:
        self.remittance_no = remittance_no
        super().__init__(f"The portal has no remittance {remittance_no}.")
