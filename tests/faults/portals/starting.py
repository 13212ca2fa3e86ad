"""Starts the portals of the matrix, each with nothing in its books behind a proxy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bots.portal.definition import FormKind
from tests.faults.helpdesk.serving import DEFINITION as HELPDESK
from tests.faults.helpdesk.serving import fault_proxy, helpdesk
from tests.faults.portals.appeals import AppealPortal, OnePageAppealPortal
from tests.faults.portals.portals import (
    HelpdeskPortal,
    Lines,
    OnePagePortal,
    Portal,
    SandboxPortal,
)
from tests.faults.portals.proxy import Proxy
from tests.faults.portals.telling import Account
from tests.sandbox.process import ROOT, Counterparty
from tests.store.samples import MEMBER_NO, PATIENT_NAME


@dataclass(frozen=True)
class _Sandboxed:
    module: str
    lines: Lines
    password: str = "sandbox-portal-password"
    totp: str = ""
    patient: str = PATIENT_NAME
    member_no: str = MEMBER_NO
    has_telephone: bool = False
    form: FormKind = "claim"


_SANDBOX = {
    "PB": _Sandboxed("payer_b", Lines("POST /claims/new/submit", "GET /claims/new/attachment")),
    "PBA": _Sandboxed("payer_b", Lines("POST /appeals/new", "GET /appeals/new"), form="appeal"),
    "PC": _Sandboxed(
        "payer_c",
        Lines(
            "POST /sb/ClaimEdit.aspx",
            "POST /sb/ClaimEdit.aspx",
            commit_holds="ctl00$ContentPlaceHolder1$btnSubmit",
            form_holds="ctl00$ContentPlaceHolder1$btnUpload",
        ),
        totp="SANDBOXSANDBOXSANDBOXSANDBOX2345",
        patient="测试乙 001",
    ),
    "PCA": _Sandboxed(
        "payer_c",
        Lines(
            "POST /ss/AppealEdit.aspx",
            "POST /ss/AppealEdit.aspx",
            commit_holds="ctl00$ContentPlaceHolder1$btnSubmit",
            form_holds="ctl00$ContentPlaceHolder1$btnUpload",
        ),
        totp="SANDBOXSANDBOXSANDBOXSANDBOX2345",
        patient="测试乙 001",
        form="appeal",
    ),
    "PD": _Sandboxed(
        "payer_d",
        Lines("POST /api", "GET /", commit_holds='"operation":"claimSubmit"'),
        member_no="M-TEST-0101",
        has_telephone=True,
    ),
    "PDA": _Sandboxed(
        "payer_d",
        Lines("POST /api", "GET /", commit_holds='"operation":"appealSubmit"'),
        member_no="M-TEST-0101",
        has_telephone=True,
        form="appeal",
    ),
}
PORTALS = (*_SANDBOX, "HD")
"""Every portal of the matrix: payers of the sandbox, each once more for its appeals, and the help
desk, which nobody here wrote."""
_KINDS: dict[str, type[SandboxPortal]] = {
    "PBA": AppealPortal,
    "PCA": AppealPortal,
    "PD": OnePagePortal,
    "PDA": OnePageAppealPortal,
}


@contextmanager
def portal(code: str, folder: Path) -> Iterator[Portal]:
    """Start a portal with nothing in its books, and the proxy before it."""
    folder.mkdir(parents=True)
    with ExitStack() as ending:
        if code == "HD":
            yield _helpdesk(ending, folder)
        else:
            yield _sandboxed(ending, code, _SANDBOX[code], folder)


def _sandboxed(ending: ExitStack, code: str, told: _Sandboxed, folder: Path) -> Portal:
    behind = Counterparty(told.module, folder / "state")
    ending.callback(behind.kill)
    url, _process = ending.enter_context(fault_proxy(behind.url, folder / "proxy.log"))
    payer = code[:2]
    definition = ROOT / "counterparties" / payer / "portal.toml"
    account = Account(
        payer,
        definition,
        url,
        "hk-bot",
        told.password,
        told.totp,
        f"{behind.url}/_sandbox/code" if told.has_telephone else "",
        told.patient,
        told.member_no,
        told.form,
    )
    proxy = Proxy(url)
    ending.callback(proxy.close)
    kind = _KINDS.get(code, SandboxPortal)
    return kind(account, told.lines, proxy, folder / "clock", behind)


def _helpdesk(ending: ExitStack, folder: Path) -> Portal:
    there = ending.enter_context(helpdesk(folder / "desk"))
    account = Account("HD", HELPDESK, there.url, *there.account)
    proxy = Proxy(there.url)
    ending.callback(proxy.close)

    def tickets(reference: str) -> list[str]:
        return [one.number.rpartition("-")[2] for one in there.tickets(reference)]

    lines = Lines("POST /tickets/submit/", "GET /tickets/submit/")
    return HelpdeskPortal(account, lines, proxy, folder / "clock", tickets)
