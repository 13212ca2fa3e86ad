"""The printed end of the demo: reconciliation, open reviews with links, addresses, invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from runtime.invariants import Finding
from runtime.people import DEMO_PASSWORD
from sandbox.options import DEFAULTS
from sandbox.portal.visits import USER

if TYPE_CHECKING:
    from runtime.demo import Demo

_SUMS = ("billed", "paid", "adjusted", "shifted", "written_off", "open")


async def print_report(console: Console, demo: Demo, findings: Sequence[Finding]) -> None:
    """Print everything a visitor wants to see, from the API's own summary."""
    summary = await demo.staff.summary()
    console.print(_payers(summary))
    console.print(_trial_balance(summary))
    mark = "=" if summary["suspense_explained"] else "≠"
    console.print(f"Suspense 暂记 {summary['suspense']} {mark} sum of open differences 未决差异\n")
    for transfer in summary["awaited"]:
        console.print(
            f"Announced and not in the bank 待到账: {transfer['advice_no']} of {transfer['payer']},"
            f" {transfer['amount']}, due {transfer['due_on']}\n"
        )
    await _print_reviews(console, demo)
    _print_findings(console, findings)
    _print_addresses(console, demo)


def _payers(summary: dict[str, Any]) -> Table:
    table = Table(title="Reconciliation 对账 (CNY)", title_justify="left")
    table.add_column("payer 付款方")
    for name in _SUMS:
        table.add_column(name.replace("_", " "), justify="right")
    for row in [*summary["payers"], summary["totals"]]:
        table.add_row(row["payer"] or "total", *(row[name] for name in _SUMS))
    return table


def _trial_balance(summary: dict[str, Any]) -> Table:
    table = Table(title="Trial balance 试算平衡 (CNY)", title_justify="left")
    table.add_column("account")
    table.add_column("debit", justify="right")
    table.add_column("credit", justify="right")
    for row in summary["trial"]:
        table.add_row(row["account"], row["debit"], row["credit"])
    table.add_section()
    table.add_row("total", summary["debits"], summary["credits"])
    return table


async def _print_reviews(console: Console, demo: Demo) -> None:
    table = Table(title="Open reviews 待决事项", title_justify="left", show_lines=True)
    table.add_column("question")
    table.add_column("decide here 在此决定", no_wrap=True)
    for review in await demo.staff.open_reviews():
        link = f"{demo.staff.api_url}/reviews/{review['review_no']}"
        table.add_row(f"{review['sentence_zh']}\n{review['sentence_en']}", link)
    console.print(table)


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    console.print("\n[bold]What must hold[/bold]")
    for finding in findings:
        mark = "[green]✔[/green]" if finding.holds else "[red]✘[/red]"
        console.print(f" {mark} {finding.sentence}")
        for line in finding.against[:20]:
            console.print(f"     {line}", style="red", markup=False)


def _print_addresses(console: Console, demo: Demo) -> None:
    ports = demo.stack.ports
    lives = f"http://127.0.0.1:{ports.temporal_ui}/namespaces/default/workflows"
    rows = (
        ("Temporal UI", lives),
        ("… who waits for a person", f"{lives}?query=NeedsPerson%3Dtrue"),
        ("Staff pages", f"{demo.staff.api_url}/"),
        ("", f"sign in as li.finance or zhao.head, password {DEMO_PASSWORD}"),
        ("A patient's bill", demo.bill.cashier_url),
        ("Payer B's portal", f"{ports.url_of('payer_b')}/login"),
        ("", f"sign in as {USER}, password {DEFAULTS['portal_password']}"),
    )
    console.print("\n[bold]Addresses 地址[/bold]")
    for name, told in rows:
        # An address that is cut or wrapped cannot be clicked.
        console.print(f" {name:<26}{told}", soft_wrap=True)
    if demo.first_closed_s is not None:
        console.print(f"\nFirst reconciled case after {demo.first_closed_s:.0f} s.")
