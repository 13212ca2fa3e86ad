"""Hands one claim in: three forms, each read back, then one click, and never a second one."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page, Request, Response

from bots.portal.definition import Field, PortalDefinition
from bots.portal.desk import Desk, SessionEnded, Shown
from bots.portal.evidence import Album
from bots.portal.gate import Gate
from bots.portal.reading import Reader
from bots.portal.values import (
    Journal,
    LayoutChanged,
    PortalDown,
    PortalLayoutChanged,
    PortalLine,
    PortalSubmission,
    Rejected,
    SubmitOutcome,
    Submitted,
    Unknown,
)

_MIME = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LATE_REQUEST_MS = 1000


class _UnknownDialog(Exception):
    """The page asked something that the definition does not know; it got no for an answer."""


class Submission:
    """One claim on its way through the portal's three steps."""

    def __init__(
        self,
        desk: Desk,
        gate: Gate,
        definition: PortalDefinition,
        album: Album,
        claim: PortalSubmission,
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._definition = definition
        self._album = album
        self._claim = claim

    async def run(self, dossier: Path, journal: Journal) -> SubmitOutcome:
        """Fill, read back, arm, click once.

        Before the click it may raise PortalDown, SessionEnded and PortalLayoutChanged: nothing
        was sent. After it everything is a value.
        """
        for step in (self._fill_insured, self._fill_lines):
            messages = await step()
            if messages:
                return Rejected(messages)
        await self._check_summary()
        await self._attach(dossier)
        await self._album.take(self._desk, "ready-to-submit")
        await journal.note("filled")
        attachment = self._definition.attachment
        button = await self._desk.button(attachment.form, attachment.button)
        async with self._desk.bounded():
            await button.click(trial=True)
        await self._gate.arm()
        await journal.note("armed")
        outcome = await self._click_once()
        await self._album.take_if_possible(self._desk, "after-the-click")
        if isinstance(outcome, Submitted):
            await journal.note("confirmed", outcome.receipt)
        return outcome

    async def _fill_insured(self) -> tuple[str, ...]:
        """Return what the portal finds wrong, nothing when it goes on."""
        step, claim = self._definition.insured, self._claim
        values = {
            "claim_no": claim.claim_no,
            "version": str(claim.version),
            "replaces": claim.replaces,
            "order_no": claim.order_no,
            "invoice_no": claim.invoice_no,
            "member_no": claim.member_no,
            "patient_name": claim.patient_name,
            "service_date": claim.service_date.isoformat(),
        }
        await self._desk.open(step.path, step.heading)
        await self._desk.fill(step.form, step.fields, values)
        await self._album.take(self._desk, "insured-filled")
        return await self._go_on(
            step.form, step.button, step.heading, self._definition.lines.heading
        )

    async def _fill_lines(self) -> tuple[str, ...]:
        step, claim = self._definition.lines, self._claim
        await self._make_room(max(line.line_no for line in claim.lines))
        fields: dict[str, Field] = {"total": step.total}
        values = {"total": claim.total.plain()}
        for line in claim.lines:
            for key, cell in step.cells.items():
                fields[f"{key}_{line.line_no}"] = Field(
                    label=cell.label, name=cell.name.format(n=line.line_no)
                )
                values[f"{key}_{line.line_no}"] = _typed(line)[key]
        await self._desk.fill(step.form, fields, values)
        await self._album.take(self._desk, "lines-filled")
        return await self._go_on(
            step.form, step.button, step.heading, self._definition.attachment.heading
        )

    async def _make_room(self, wanted: int) -> None:
        step = self._definition.lines
        there = len(await self._desk.rows(step.table, list(step.headings)))
        for _ in range(wanted - there):
            async with self._desk.bounded():
                await self._desk.page.locator(step.add_row).click()
        rows = await self._desk.rows(step.table, list(step.headings))
        if [row[0].text for row in rows] != [str(n) for n in range(1, max(wanted, there) + 1)]:
            raise PortalLayoutChanged(step.heading, "the lines are not numbered from one on")

    async def _go_on(self, form: str, button: str, here: str, there: str) -> tuple[str, ...]:
        shown = await self._desk.press(form, button, there, here)
        if shown.heading == there:
            return ()
        if not shown.errors:
            raise PortalLayoutChanged(here, "it came again and says no reason")
        await self._album.take(self._desk, "rejected")
        return tuple(self._album.cleaned(error) for error in shown.errors)

    async def _check_summary(self) -> None:
        """Compare what the portal understood with what it should have."""
        step, claim = self._definition.attachment, self._claim
        texts = await self._desk.pairs(step.summary, step.labels)
        expected = {
            "claim_no": claim.claim_no,
            "version": str(claim.version),
            "replaces": claim.replaces,
            "order_no": claim.order_no,
            "invoice_no": claim.invoice_no,
            "member_no": claim.member_no,
            "patient_name": claim.patient_name,
            "service_date": claim.service_date.isoformat(),
            "total": claim.total.grouped(),
        }
        wrong = [key for key, text in texts.items() if text != expected[key].strip()]
        rows = await self._desk.rows(step.line_table, list(step.line_headings))
        shown = [[cell.text for cell in row] for row in rows]
        lines = sorted(claim.lines, key=lambda line: line.line_no)
        if shown != [_printed(line) for line in lines]:
            wrong.append("lines")
        if wrong:
            raise PortalLayoutChanged(step.heading, f"it understood {', '.join(wrong)} otherwise")

    async def _attach(self, dossier: Path) -> None:
        step, claim = self._definition.attachment, self._claim
        content = dossier.read_bytes()
        name = f"{claim.claim_no}-{claim.version}{dossier.suffix}"
        mime_type = _MIME.get(dossier.suffix, "application/octet-stream")
        field = await self._desk.field_at(step.form, step.file)
        async with self._desk.bounded():
            await field.set_input_files({"name": name, "mimeType": mime_type, "buffer": content})
        await self._desk.read_back(step.form, {step.file.name: f"{name} {len(content)}"})

    async def _click_once(self) -> SubmitOutcome:
        definition, desk = self._definition, self._desk
        question = definition.attachment.confirm.format(
            claim_no=self._claim.claim_no, version=self._claim.version
        )
        desk.expect_dialogs(re.escape(question), re.escape(definition.receipt.alert) + r"\w+")
        writes = _Writes(desk.page, self._gate)
        try:
            response = await self._press()
            return await self._read_answer(await desk.settled(response))
        except _UnknownDialog:
            async with self._desk.bounded():
                await desk.page.wait_for_timeout(_LATE_REQUEST_MS)
            if writes.sent:
                return Unknown("an unknown dialog came up, and something was sent all the same")
            return LayoutChanged(
                definition.attachment.heading,
                "an unknown dialog came up instead of the known question",
            )
        except PortalDown as silent:
            return Unknown(f"after the click no answer came: {silent.why}")
        except PortalLayoutChanged as strange:
            return Unknown(f"after the click: {self._album.cleaned(str(strange))}")
        except SessionEnded:
            return Unknown("after the click the login page came")

    async def _press(self) -> Response | None:
        attachment, desk = self._definition.attachment, self._desk
        button = await desk.button(attachment.form, attachment.button)
        answer_wait_s = self._definition.answer_wait_s
        async with desk.bounded(answer_wait_s):
            async with desk.page.expect_navigation(
                wait_until="domcontentloaded", timeout=answer_wait_s * 1000
            ) as navigation:
                await button.click(no_wait_after=True)
                if desk.unknown_dialogs:
                    raise _UnknownDialog
            return await navigation.value

    async def _read_answer(self, shown: Shown) -> SubmitOutcome:
        receipt, attachment = self._definition.receipt, self._definition.attachment
        if shown.heading == attachment.heading and shown.errors:
            return Rejected(tuple(self._album.cleaned(error) for error in shown.errors))
        if shown.heading != receipt.heading:
            return Unknown("after the click neither a receipt nor a reason came")
        told = Reader(receipt.heading, await self._desk.pairs(receipt.table, receipt.labels))
        ours = (self._claim.claim_no, self._claim.version, self._claim.total)
        if (told.text("claim_no"), told.number("version"), told.amount("billed")) != ours:
            return Unknown("the receipt is for something else")
        if not told.text("receipt"):
            return Unknown("the receipt has no number")
        return Submitted(told.text("receipt"), told.instant("received_at"))


class _Writes:
    """Counts what a page sends other than questions; an answer to one opens the gate again."""

    def __init__(self, page: Page, gate: Gate) -> None:
        self.sent = 0
        self._gate = gate
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def _on_request(self, request: Request) -> None:
        self.sent += request.method != "GET"

    def _on_response(self, response: Response) -> None:
        if response.request.method != "GET":
            self._gate.open()


def _typed(line: PortalLine) -> dict[str, str]:
    return {
        "insurer_code": line.insurer_code,
        "quantity": str(line.quantity),
        "amount": line.amount.plain(),
    }


def _printed(line: PortalLine) -> list[str]:
    return [str(line.line_no), line.insurer_code, str(line.quantity), line.amount.grouped()]
