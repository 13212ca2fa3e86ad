"""What a counterparty's profile.toml may say. Windows, limits and ratios are dated data with a
source, never constants in code."""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from domain.appeal import AppealRule, AppealTextRule
from domain.collection import StatedDays
from domain.filing import FilingRule
from engine.payer_rules import AppealText, ClearingDay, Counter, FilingWindow, in_force
from engine.references import Reference
from engine.settings import LOOPBACK

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")


class VariableNotSet(ValueError):
    """A profile asks for an environment variable that has no default."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"set the variable {name}")


class NoCredential(RuntimeError):
    """The referenced secret is not there; its value is never part of the message."""

    def __init__(self, code: str, reference: str, reason: str = "") -> None:
        self.code, self.reference, self.reason = code, reference, reason
        nowhere = "VAULT_ADDR is not set" if reference.startswith("vault:") else ""
        told = ": ".join(filter(None, (reference, reason or nowhere)))
        super().__init__(f"Counterparty {code}: no secret at {told}.")


def expand(text: object) -> object:
    """Replace ${NAME} and ${NAME:-default} from the environment. Raises: VariableNotSet."""
    return _VARIABLE.sub(_value, text) if isinstance(text, str) else text


def _value(found: re.Match[str]) -> str:
    name, default = found.group(1), found.group(2)
    value = os.environ.get(name) or default
    if value is None:
        raise VariableNotSet(name)
    return value


Expanded = Annotated[str, BeforeValidator(expand)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Profile(_Strict):
    """What every counterparty has. Secrets stand here as references only."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    url: Expanded = ""
    credential: Reference | None = None
    pretend_credential: str = Field("", description="the sandbox's, used on loopback only")
    webhook_secret: Reference | None = None
    pretend_webhook_secret: str = Field("", description="the sandbox's, used on loopback only")
    timeout_s: float = Field(20, gt=0, description="longest wait for one answer")

    def secret(self) -> SecretStr:
        """Token or password. Raises: NoCredential."""
        return self._resolved(self.credential, self.pretend_credential)

    def webhook_key(self) -> SecretStr:
        """Key of this counterparty's webhook signatures. Raises: NoCredential."""
        return self._resolved(self.webhook_secret, self.pretend_webhook_secret)

    def _resolved(self, reference: str | None, pretend: str) -> SecretStr:
        if reference is None:
            raise NoCredential(self.code, "(no reference)")
        value = secret_at(self.code, reference)
        # A pretend secret never travels to an address that others can reach.
        if not value and urlsplit(self.url).hostname in LOOPBACK:
            value = pretend
        if not value:
            raise NoCredential(self.code, reference)
        return SecretStr(value)


def secret_at(code: str, reference: str) -> str:
    """The secret of a counterparty that a reference names; "" when nobody has set it.

    Raises: NoCredential, when a vault refuses: that is another thing than a secret not set.
    """
    scheme, _, place = reference.partition(":")
    if scheme == "file":
        return _content(Path(place))
    if scheme == "env":
        folder = os.environ.get("HUIKUAN_SECRETS_FOLDER")
        in_folder = _content(Path(folder) / place.lower()) if folder else ""
        return os.environ.get(place) or in_folder
    if not os.environ.get("VAULT_ADDR"):
        return ""
    # Who keeps no secret in a vault need not load what speaks to one.
    from engine import vault

    try:
        return vault.read(reference).get_secret_value()
    except vault.VaultRefuses as refusal:
        raise NoCredential(code, reference, refusal.reason) from refusal


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


class Erp(Profile):
    """The system that knows orders, lots, stock and vouchers."""

    kind: Literal["erp"]


class TaxService(Profile):
    """Issues tax invoices and red-letter credit notes."""

    kind: Literal["tax"]


class Carrier(Profile):
    """Brings the goods and proves it."""

    kind: Literal["carrier"]
    status_poll_days: int = Field(gt=0, description="calendar days between two looks")
    overdue_days: int = Field(gt=0, description="calendar days without an end before we ask")


class PayChannel(Profile):
    """Takes the patient's share."""

    kind: Literal["pay_channel"]
    pays_into: str
    status_poll_days: int = Field(gt=0, description="calendar days between two looks")
    unpaid_review_days: int = Field(gt=0, description="calendar days until a person is asked")
    settlement_days: int = Field(gt=0, description="calendar days from payment to the bank")


class PayerProfile(Profile):
    """One insurer: how it is reached, when it answers, where its money arrives."""

    kind: Literal["payer"]
    way: Literal["api", "portal"]
    live: bool = Field(True, description="false: on trial; no case, no schedule, no queue")
    login: str = ""
    totp: Reference | None = None
    pretend_totp: str = Field("", description="the sandbox's, used on loopback only")
    pays_into: str
    status_poll_days: int = Field(gt=0, description="calendar days between two looks")
    filing_days: tuple[FilingWindow, ...] = Field(min_length=1)
    appeal_days: tuple[FilingWindow, ...] = ()
    appeal_text: tuple[AppealText, ...] = ()
    clearing_day: tuple[ClearingDay, ...] = ()
    expected_decision_days: int = Field(gt=0)
    expected_payment_days: int = Field(gt=0)
    unpaid_review_days: int = Field(gt=0, description="calendar days until a person is asked")
    counter: Counter | None = None
    sends_advices: bool = Field(
        True, description="false: only its credits say which claims they pay"
    )

    def totp_secret(self) -> SecretStr:
        """What computes one-time codes (RFC 6238), in base32. Raises: NoCredential."""
        return self._resolved(self.totp, self.pretend_totp)

    def filing_rule(self, delivered_on: date) -> FilingRule | None:
        """How long a claim is taken whose goods came on that day; None before the first window."""
        window = in_force(self.filing_days, delivered_on)
        return None if window is None else FilingRule(window.days, window.source)

    def clears_on(self, on: date) -> int | None:
        """The day of the month on which a clearing is applied for; None where nobody does."""
        rule = in_force(self.clearing_day, on)
        return None if rule is None else rule.day

    def appeal_rule(self, denied_on: date) -> AppealRule | None:
        """How long a denial of that day may be appealed against; None when it may not at all."""
        window = in_force(self.appeal_days, denied_on)
        return None if window is None else AppealRule(window.days, window.source)

    def appeal_text_rule(self, on: date) -> AppealTextRule | None:
        """How much may be written for an appeal of that day; None where nothing limits it."""
        rule = in_force(self.appeal_text, on)
        return None if rule is None else AppealTextRule(rule.characters, rule.source)


class FileSource(_Strict):
    """A place into which somebody puts files for us; we only read there.

    `path` is a folder of this machine, a Maildir, or the folder on the SFTP server, whose key is
    `host_key` as ssh-keyscan prints it and to which the profile's `credential` (a password, or a
    private key in PEM) lets `login` in.
    """

    way: Literal["folder", "maildir", "sftp"]
    path: Expanded = Field(min_length=1)
    take: tuple[str, ...] = Field(("*",), description="names of files, with * and ?")
    settle_s: int = Field(60, ge=0, description="seconds since a file was last written")
    senders: tuple[str, ...] = ()
    host: Expanded = ""
    port: int = Field(22, gt=0, lt=65536)
    login: str = ""
    host_key: str = ""

    @model_validator(mode="after")
    def _knows_its_server(self) -> FileSource:
        if self.way == "sftp" and not (self.host and self.login and len(self.host_key.split()) > 1):
            raise ValueError("source: an SFTP server needs host, login and host_key")
        return self


class Bank(Profile):
    """One account of ours at a bank. `account_no` is what the bank calls it, `code` what we do."""

    kind: Literal["bank"]
    format: Literal["camt.053", "mt940", "ofx", "table", "pdf"]
    layout: str = Field("", description="of tables, also beside print: counterparties/layouts/")
    account_no: str = ""
    stated_days: StatedDays = StatedDays.WITH_MOVEMENT
    source: FileSource | None = None
    statement_lag_days: int = Field(ge=0, description="days until a day's statement is there")

    @model_validator(mode="after")
    def _tables_have_a_layout(self) -> Bank:
        if self.format != "pdf" and (self.format == "table") != bool(self.layout):
            raise ValueError("layout: a table needs one, and only a print may have one as well")
        return self


class DatedLimit(_Strict):
    """An amount that is in force from a day on."""

    name: str
    from_day: date = Field(alias="from")
    minor: int = Field(gt=0)
    source: str = Field(min_length=1)


class DatedMinutes(_Strict):
    """How long a person needs for one step at a portal, from a day on."""

    step: Literal["submit", "search", "status", "remittances", "download", "void"]
    from_day: date = Field(alias="from")
    minutes: Decimal = Field(gt=0)
    source: str = Field(min_length=1)


class DatedKeeping(_Strict):
    """How long pictures of portals, their texts, what was sent there, or traces are kept."""

    kind: Literal["screenshot", "snapshot", "exchange", "trace"]
    from_day: date = Field(alias="from")
    days: int = Field(gt=0)
    source: str = Field(min_length=1)


class OwnHouse(Profile):
    """Our own limits and waits."""

    kind: Literal["own"]
    advice_wait_days: int = Field(
        gt=0, description="calendar days until what was left open is asked again"
    )
    filing_warning_days: int = Field(
        gt=0, description="working days before a filing window ends: what is not in is told of"
    )
    limits: tuple[DatedLimit, ...] = Field(min_length=1)
    portal_minutes: tuple[DatedMinutes, ...] = ()
    keep_days: tuple[DatedKeeping, ...] = ()


AnyProfile = Annotated[
    Erp | TaxService | Carrier | PayChannel | PayerProfile | Bank | OwnHouse,
    Field(discriminator="kind"),
]
