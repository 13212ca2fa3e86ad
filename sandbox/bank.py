"""The bank: two accounts of ours, one statement per account and day, as camt.053 or as a PDF."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from sandbox.bank_documents import BookedEntry, PrintedStatement, print_statement, write_camt
from sandbox.kit import ZONE, Call, Fields, Moment, Refused, Service, yuan

ACCOUNT_NAME = "测试回款医疗器械有限公司"
FORMATS = {"BA-01": "camt.053", "BA-02": "pdf"}
FIRST_BALANCES = {"BA-01": 100_000_00, "BA-02": 50_000_00}
# From this hour on, the statement of the day before can be had.
STATEMENT_HOUR = time(6)

service = Service(
    "bank",
    port=18107,
    about="The bank of the pretend outside: BA-01 in camt.053, BA-02 on paper.",
    schema="""
create table if not exists entry (
  number integer primary key, key text not null unique, account text not null,
  bank_reference text not null, booked_on text not null, amount integer not null,
  trace_number text not null, text text not null, counterparty text not null, statement_no text);
create index if not exists entry_by_day on entry (account, booked_on);
create table if not exists statement (
  account text not null, statement_no text primary key, sequence integer not null,
  date text not null, opening integer not null, closing integer not null);
create table if not exists copy (
  file_no text primary key, account text not null, statement_no text not null, text text);
""",
)


@service.get("/accounts/{account}/statements")
def list_statements(call: Call) -> list[dict[str, Any]]:
    account = _account(call)
    _draw_up(call, account)
    sql = "select * from statement where account = ? and date >= ? order by sequence"
    stated = call.rows(sql, account, call.query("since") or "")
    sql = "select file_no as statement_no, date from copy join statement using (statement_no)"
    copies = call.rows(f"{sql} where copy.account = ? order by file_no", account)
    return [
        {"statement_no": row["statement_no"], "date": row["date"], "format": FORMATS[account]}
        for row in (*stated, *copies)
    ]


@service.get("/accounts/{account}/statements/{statement_no}")
def show_statement(call: Call) -> Response:
    account, statement_no = _account(call), call.path("statement_no")
    _draw_up(call, account)
    copy = call.row("select * from copy where file_no = ?", statement_no)
    sql = "select * from statement where account = ? and statement_no = ?"
    row = call.row(sql, account, copy["statement_no"] if copy else statement_no)
    if row is None:
        raise Refused(404, "not_found", f"there is no statement {statement_no}")
    statement = _statement(call, row)
    if copy and copy["text"]:
        changed = (replace(entry, text=copy["text"]) for entry in statement.entries)
        statement = replace(statement, entries=tuple(changed))
    if FORMATS[account] == "pdf":
        return Response(print_statement(statement), media_type="application/pdf")
    return Response(write_camt(statement), media_type="application/xml")


@service.get("/accounts/{account}/balance")
def balance(call: Call) -> dict[str, str]:
    account, today = _account(call), call.now.date()
    sql = "select coalesce(sum(amount), 0) as moved from entry where account = ? and booked_on <= ?"
    moved = call.rows(sql, account, today.isoformat())[0]["moved"]
    return {"balance": yuan(FIRST_BALANCES[account] + moved), "as_of": today.isoformat()}


@service.post("/_sandbox/transfers", public=True)
def transfer(call: Call) -> dict[str, Any]:
    """Book a transfer once. "at" (optional) is the time that its sender gives it."""
    body = call.body
    key, account, amount = body.text("key"), body.text("account"), body.amount("amount")
    if account not in FORMATS:
        raise body.refuse("account", "is no account of this bank")
    if amount == 0:
        raise body.refuse("amount", "must not be zero")
    if call.row("select 1 from entry where key = ?", key) is None:
        _book(call, body, key, account, amount)
    return {"key": key, "booked": True}


@service.post("/_sandbox/copies", public=True)
def hand_over_again(call: Call) -> dict[str, Any]:
    """Offer an old statement once more, as a file of another number; "text" changes its entries."""
    body = call.body
    file_no, statement_no = body.text("file_no"), body.text("statement_no")
    row = call.row("select account from statement where statement_no = ?", statement_no)
    if row is None:
        raise body.refuse("statement_no", "is no statement of this bank")
    values = file_no, row["account"], statement_no, body.get("text")
    call.do("insert or replace into copy values (?, ?, ?, ?)", *values)
    return {"file_no": file_no}


@service.books
def books(moment: Moment) -> dict[str, Any]:
    entries = moment.rows("select * from entry order by number")
    statements = moment.rows("select * from statement order by account, sequence")
    return {
        "entries": [entry | {"amount": yuan(entry["amount"])} for entry in entries],
        "statements": [
            row | {"opening": yuan(row["opening"]), "closing": yuan(row["closing"])}
            for row in statements
        ],
        "balances": {account: yuan(_balance_of(moment, account)) for account in FORMATS},
    }


def _account(call: Call) -> str:
    account = call.path("account")
    if account not in FORMATS:
        raise Refused(404, "not_found", f"there is no account {account}")
    return account


def _book(call: Call, body: Fields, key: str, account: str, amount: int) -> None:
    at = body.instant("at") if body.get("at") else call.now
    day = at.date() if at.date() > _last_stated_day(call, account) else call.now.date()
    number = call.next_number("entry")
    reference = f"BK{day:%Y%m%d}{number:06d}"
    names = ("trace_number", "text", "counterparty")
    told = [str(body.get(name) or "") for name in names]
    sql = "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, null)"
    call.do(sql, number, key, account, reference, day.isoformat(), amount, *told)
    call.happened(f"{account} booked {yuan(amount)} on {day}")


def _last_stated_day(moment: Moment, account: str) -> date:
    """Return the last day nothing can be booked on any more, because its statement is out."""
    if moment.kept("instant", False):
        return date.min
    yesterday = moment.now.date() - timedelta(days=1)
    is_out = moment.now >= datetime.combine(moment.now.date(), STATEMENT_HOUR, ZONE)
    return yesterday if is_out else yesterday - timedelta(days=1)


def _draw_up(moment: Moment, account: str) -> None:
    """Write the statements that are due: one a day, in instant mode one for all that is new."""
    is_instant = bool(moment.kept("instant", False))
    sql = (
        "select * from entry where account = ? and statement_no is null order by booked_on, number"
    )
    days: dict[str, list[dict[str, Any]]] = {}
    for entry in moment.rows(sql, account):
        # In instant mode all that is new goes into one statement of today.
        day = moment.now.date().isoformat() if is_instant else str(entry["booked_on"])
        days.setdefault(day, []).append(entry)
    for day, entries in days.items():
        if is_instant or date.fromisoformat(day) <= _last_stated_day(moment, account):
            _state(moment, account, day, entries, is_intraday=is_instant)


def _state(
    moment: Moment, account: str, day: str, entries: list[dict[str, Any]], *, is_intraday: bool
) -> None:
    sequence = moment.next_number(f"statement {account}")
    statement_no = f"{account}-{day.replace('-', '')}"
    if is_intraday:
        statement_no += f"-{moment.next_number(f'intraday {statement_no}')}"
    opening = _stated_balance(moment, account)
    closing = opening + sum(entry["amount"] for entry in entries)
    sql = "insert into statement values (?, ?, ?, ?, ?, ?)"
    moment.do(sql, account, statement_no, sequence, day, opening, closing)
    for entry in entries:
        sql = "update entry set statement_no = ?, booked_on = ? where number = ?"
        moment.do(sql, statement_no, day, entry["number"])


def _stated_balance(moment: Moment, account: str) -> int:
    sql = "select closing from statement where account = ? order by sequence desc limit 1"
    last = moment.row(sql, account)
    return FIRST_BALANCES[account] if last is None else int(last["closing"])


def _balance_of(moment: Moment, account: str) -> int:
    sql = "select coalesce(sum(amount), 0) as moved from entry where account = ?"
    return FIRST_BALANCES[account] + int(moment.rows(sql, account)[0]["moved"])


def _statement(moment: Moment, row: dict[str, Any]) -> PrintedStatement:
    balance_so_far = int(row["opening"])
    entries = []
    sql = "select * from entry where statement_no = ? order by number"
    for entry in moment.rows(sql, row["statement_no"]):
        balance_so_far += entry["amount"]
        entries.append(
            BookedEntry(
                bank_reference=entry["bank_reference"],
                booked_on=date.fromisoformat(entry["booked_on"]),
                amount=entry["amount"],
                trace_number=entry["trace_number"],
                text=entry["text"],
                counterparty=entry["counterparty"],
                balance=balance_so_far,
            )
        )
    day = date.fromisoformat(row["date"])
    return PrintedStatement(
        statement_no=row["statement_no"],
        sequence=row["sequence"],
        account=row["account"],
        account_name=ACCOUNT_NAME,
        first_day=day,
        last_day=day,
        opening=row["opening"],
        closing=row["closing"],
        entries=tuple(entries),
    )


if __name__ == "__main__":
    service.run()
