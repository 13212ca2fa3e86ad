"""Who may call what: every route stands here, and one that does not is refused to everybody."""

from __future__ import annotations

from domain.review import Role

EVERYBODY = frozenset(Role)
DECIDERS = EVERYBODY - {Role.AUDITOR}
MONEY_READERS = EVERYBODY - {Role.OPS}
PATCHERS = frozenset({Role.FINANCE, Role.FINANCE_HEAD})
"""Who may say what a page of a portal is called: a wrong word there types into a wrong field."""

BOOKKEEPERS = frozenset({Role.FINANCE, Role.FINANCE_HEAD})
"""Who may hand in a statement: it is proved all the same, but it asks others when it is wrong."""

PUBLIC = frozenset(
    {
        "GET /login",
        "POST /login",
        "POST /api/login",
        "GET /healthz",
        "GET /cashier/{token}",
        "GET /cashier/{token}/pay",
        "GET /cashier/{token}/state",
        "GET /cashier/{token}/statement",
        "GET /cashier/{token}/statement.pdf",
    }
)
"""Open to who is not logged in. Of the cashier page the link is the key."""

SIGNED = frozenset(
    {
        "POST /webhooks/carrier",
        "POST /webhooks/pay-channel",
        "POST /webhooks/pay-channels/{code}",
    }
)
"""Open to counterparties: the signature is the login."""

CODEC = frozenset({"POST /codec/decode", "POST /codec/encode", "OPTIONS /codec/{what}"})
"""Asked from the Temporal UI's own origin: `api/codec_server.py` checks who it is."""

MONITORS = frozenset({"GET /metrics"})
"""Asked by what watches the house: `api/metrics.py` checks who it is."""

RIGHTS: dict[str, frozenset[Role]] = {
    "GET /": EVERYBODY,
    "GET /reviews/{review_no}": EVERYBODY,
    "POST /reviews/{review_no}/decision": DECIDERS,
    "POST /portals/codes/{request_no}": DECIDERS,
    "GET /cases": EVERYBODY,
    "POST /cases": DECIDERS,
    "GET /cases/{case_no}": EVERYBODY,
    "GET /cases/{case_no}/pictures/{claim_no}": EVERYBODY,
    "POST /cases/{case_no}/requests": DECIDERS,
    "GET /summary": MONEY_READERS,
    "GET /lines": MONEY_READERS,
    "GET /documents": MONEY_READERS,
    "POST /documents": BOOKKEEPERS,
    "GET /funds": MONEY_READERS,
    "GET /expected": MONEY_READERS,
    "GET /periods": MONEY_READERS,
    "POST /periods/{period}/close": BOOKKEEPERS,
    "POST /periods/{period}/reopen": BOOKKEEPERS,
    "POST /periods/{period}/refuse": BOOKKEEPERS,
    "GET /portals": EVERYBODY,
    "POST /portals/{portal}/pause": DECIDERS,
    "POST /portals/{portal}/go-on": DECIDERS,
    "POST /portals/{portal}/unlock": DECIDERS,
    "POST /portals/patches/{patch_no}": PATCHERS,
    "POST /issuers/{issuer}/resume": DECIDERS,
    "GET /api/issuers": EVERYBODY,
    "POST /api/issuers/{issuer}/resume": DECIDERS,
    "GET /payments": EVERYBODY,
    "POST /payments": DECIDERS,
    "GET /payments/{payment_no}": EVERYBODY,
    "POST /payments/{payment_no}/returns": DECIDERS,
    "POST /payments/cash/{number}/{what}": DECIDERS,
    "GET /pay-channels": EVERYBODY,
    "GET /api/pay-channels": EVERYBODY,
    "GET /evidence/{sha256}/preview.png": EVERYBODY,
    "POST /logout": EVERYBODY,
    "GET /api/me": EVERYBODY,
    "POST /api/logout": EVERYBODY,
    "GET /api/openapi.json": EVERYBODY,
    "GET /api/reviews": EVERYBODY,
    "GET /api/reviews/{review_no}": EVERYBODY,
    "POST /api/reviews/{review_no}/decision": DECIDERS,
    "GET /api/cases": EVERYBODY,
    "POST /api/cases": DECIDERS,
    "GET /api/cases/{case_no}": EVERYBODY,
    "GET /api/cases/{case_no}/payments": EVERYBODY,
    "POST /api/cases/{case_no}/payments": DECIDERS,
    "GET /api/payments/{payment_no}": EVERYBODY,
    "POST /api/payments/{payment_no}/returns": DECIDERS,
    "GET /api/cash": EVERYBODY,
    "POST /api/cash/{number}/count": DECIDERS,
    "POST /api/cash/{number}/confirm": DECIDERS,
    "POST /api/cases/{case_no}/{what}-request": DECIDERS,
    "GET /api/evidence/{sha256}": EVERYBODY,
    "GET /api/summary": MONEY_READERS,
    "PUT /api/statements/{account}": BOOKKEEPERS,
    "PUT /api/channel-bills/{channel}/{day}": BOOKKEEPERS,
    "GET /api/portals": EVERYBODY,
    "GET /api/portal-codes": EVERYBODY,
    "POST /api/portal-codes/{request_no}": DECIDERS,
}
"""Which roles may call a route. Whether they may decide one question, the store says."""

EVIDENCE_RIGHTS: dict[str, frozenset[Role]] = {
    "statement": MONEY_READERS,
    "settlement": MONEY_READERS,
    "channel_bill": MONEY_READERS,
    "settlement_check": MONEY_READERS,
    "exchange": MONEY_READERS,
    "trace": MONEY_READERS,
    "notice": MONEY_READERS,
}
"""Sorts of evidence that not everybody may open: a statement or bill shows all our money, an
exchange with a portal the patient, a trace of a bot's run other patients too. Of an exchange
everybody may see what is not masked."""


def may_open(role: Role, evidence_kind: str) -> bool:
    """Whether this role may open evidence of this kind."""
    return role in EVIDENCE_RIGHTS.get(sort_of(evidence_kind), EVERYBODY)


def sort_of(evidence_kind: str) -> str:
    """The kind without its format: "statement.pdf" and "statement.camt.053" are statements."""
    return evidence_kind.split(".", 1)[0]
