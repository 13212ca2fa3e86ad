"""THE TABLE of failures: every named error of the house is sorted, or it is told why not."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.failures import TABLE, NamedFailures, Remedy, as_told_to_temporal
from connectors.carrier import AlreadyDelivered
from connectors.http import Refused, TemporarilyDown
from engine.failures import READABLE
from store.cases import CaseAlreadyRunning

ROOMS = ("domain", "store", "connectors", "bots", "activities")

CAUGHT = {
    "a refused document: it goes to a person whole, with every problem": {
        "activities.booking.NotOurs",
        "activities.bill_proofs.AnotherChannelsBill",
        "activities.bill_proofs.AnotherMerchantsBill",
        "activities.bill_proofs.BillOfAnotherDay",
        "activities.document_steps.LayoutNotLive",
        "domain.proof.NotProved",
        "domain.statement.NoticeDoesNotAddUp",
        "domain.statement_twin.TwinsDiffer",
        "connectors.camt_entry.EntryDoesNotAddUp",
        "connectors.camt_fields.CamtFieldIsWrong",
        "connectors.ofx.OfxFieldIsWrong",
        "connectors.swift_pages.PagesMissing",
        "connectors.pay_channel.SettlementDoesNotAddUp",
        "connectors.tables.cells.FileCannotBeRead",
        "connectors.tables.values.NotOfItsType",
        "connectors.tables.workbook.NotAWorkbook",
        "domain.channel_bill.BillDoesNotAddUp",
        "domain.money.NotAnAmount",
        "store.bank.StatementDiffers",
        "store.channel_bills.BillDiffers",
        "store.remittances.RemittanceDiffers",
    },
    "the reader of documents, in its own process, answers with problems": {
        "bots.documents.anchors.NotUnderItsHeadings",
        "bots.documents.build.CannotBeBuilt",
        "bots.documents.equations.DoesNotHold",
        "bots.documents.inflate.UnpacksTooLarge",
        "bots.documents.look.CannotBeLookedAt",
        "bots.documents.nursery.NurseryEnded",
        "bots.documents.values.NotOfItsType",
    },
    "the portal bot signs in again, or tells what it saw": {
        "bots.portal.obstacles.SessionEnded",
    },
    "a message of a pay channel that is none: it is not genuine": {
        "connectors.pay_channels.xml_hmac.NotThisXml",
    },
    "a step looks first, and takes the absence for an answer": {
        "store.cash.NoSuchCash",
        "store.differences.NoSuchDifference",
        "store.intent_views.NoSuchIntent",
        "store.posting.NoSuchJournal",
    },
}
TOLD_TO_PEOPLE = {
    "store.deciding.EvidenceChanged",
    "store.deciding.OutcomeUnknown",
    "store.deciding.ReasonMissing",
    "store.deciding.ReviewAlreadyDecided",
    "store.deciding.RoleMayNotDecide",
    "store.deciding.SecondPersonNeeded",
    "store.deciding.StarterMayNotDecide",
    "store.cashier_links.NoSuchCashierLink",
    "store.cash.CashDiffers",
    "store.cash.CashNeedsASecondPerson",
    "store.cash.CashNotInThatState",
    "store.closing.PeriodNotReady",
    "store.goods_returns.GoodsNotNamed",
    "store.goods_returns.InsurerTookItBack",
    "store.goods_returns.MorePiecesThanWereSold",
    "domain.part_refund.MoreGoodsThanWereSold",
    "store.pay_returns.BillNotPaid",
    "store.pay_returns.NothingToReturn",
    "store.pay_returns.ReturnStillOpen",
    "store.people.LoginLocked",
    "store.people.NoSuchPerson",
    "store.periods.LaterPeriodClosed",
    "store.periods.MayNotClose",
    "store.periods.NotAPeriod",
    "store.periods.PeriodNeedsASecondPerson",
    "store.periods.PeriodNotInThatState",
    "store.portal_codes.CodeNotSealed",
    "store.file_versions.VersionNeedsASecondPerson",
    "store.file_versions.VersionDecided",
    "store.file_versions.NoSuchVersion",
    "store.portal_codes.CodeRequestOver",
    "store.portal_patches.NoSuchPatch",
    "store.portal_patches.PatchAlreadyDecided",
    "store.portal_patches.PatchNeedsASecondPerson",
    "store.portal_patches.PatchOvertaken",
    "store.portal_people.AuditorChangesNothing",
    "store.share_bills.NothingOwed",
    "store.share_bills.PartsAreNotTheShare",
}
"""The API raises these at whoever decides or signs in; no step does."""

FAULTS_OF_OURS = {
    "connectors.http.CallFailed",  # only its kinds are raised
    "domain.proof.NotProvedHere",
    "bots.documents.layout.LayoutIsWrong",
    "bots.documents.proposing.SamplesShareNothing",  # told by the command, no step proposes
    "connectors.tables.layout.TableLayoutIsWrong",
    "bots.portal.browser.BrowserMissing",
    "bots.portal.definition.loading.DefinitionUnreadable",
    "bots.portal.drafting.recording.RecordingUnreadable",  # told by the command, no step drafts
    "bots.portal.refusals.Obstacle",  # only its kinds are raised
    "domain.calendar.NegativeWorkingDays",
    "domain.ledger.NoSuchAccount",
    "domain.plain_text_books.AccountNamesCollide",
    "domain.reference.NotABody",
    "domain.pay_channel.NotAPayNumber",
    "domain.pay_channel.NothingToPay",
    "store.bank.NoSuchLine",
    "store.cases.PersonNeeded",
    "store.differences.DifferenceAlreadySettled",
    "store.documents.DocumentAlreadyBooked",
    "store.intents.IntentNoteIncomplete",
    "store.posting.JournalAlreadyReversed",
    "store.posting.JournalWithoutLegs",
    "store.posting.LegNotAllowed",
    "store.open_items.NoSuchAllocation",
    "store.open_items.NoSuchItem",
    "store.outbox.NoSuchMessage",
    "store.portal_codes.NoSuchCodeRequest",
    "store.remittances.NoSuchRemittance",
    "store.proofs.NothingWasProved",
    "store.rows.TimeWithoutZone",
    "store.transfers.NoSuchTransfer",
}
"""No input makes them. They stay visible in the Temporal UI as a step tried again: we mend them."""


def named_errors() -> dict[str, type[Exception]]:
    """Every exception class that a room of ours declares, by module and name."""
    found: dict[str, type[Exception]] = {}
    for room in ROOMS:
        for module in walk_packages(import_module(room).__path__, f"{room}."):
            if ".migrations" in module.name:
                continue
            for value in vars(import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, Exception):
                    found[f"{value.__module__}.{value.__qualname__}"] = value
    return {name: kind for name, kind in found.items() if name.split(".")[0] in ROOMS}


def exempt() -> set[str]:
    return TOLD_TO_PEOPLE | FAULTS_OF_OURS | set().union(*CAUGHT.values())


def test_every_named_error_stands_in_the_table_or_is_told_why_not() -> None:
    """One that is in neither is tried again for ever, and people read "Encoded failure" only."""
    unsorted = [
        name
        for name, kind in named_errors().items()
        if not any(ancestor in TABLE for ancestor in kind.__mro__) and name not in exempt()
    ]
    assert unsorted == []


def test_no_exemption_is_stale_or_stands_in_the_table_as_well() -> None:
    errors = named_errors()
    assert sorted(exempt() - errors.keys()) == []
    assert [name for name in sorted(exempt()) if errors[name] in TABLE] == []


def test_two_errors_of_the_table_never_share_a_name() -> None:
    """Temporal knows an error by its name alone."""
    names = [kind.__name__ for kind in TABLE]
    assert len(set(names)) == len(names)


def test_every_message_of_the_table_is_readable_in_the_temporal_ui() -> None:
    assert {kind.__name__ for kind in TABLE} <= READABLE


def test_what_needs_a_person_is_not_tried_again() -> None:
    told = as_told_to_temporal(CaseAlreadyRunning("SO-2026-0001", "case-SO-2026-0001"))
    assert told is not None
    assert (told.type, told.non_retryable) == ("CaseAlreadyRunning", True)
    assert "SO-2026-0001" in told.message


def test_what_may_pass_is_tried_again() -> None:
    told = as_told_to_temporal(TemporarilyDown("PA", "GET /claims", status=503))
    assert told is not None
    assert (told.type, told.non_retryable) == ("TemporarilyDown", False)
    assert told.message == "PA, GET /claims: down, 503."


def test_a_special_case_of_an_error_takes_the_remedy_of_its_kind() -> None:
    refusal = Refused("carrier", "POST /shipments/T-1/cancel", status=409)
    told = as_told_to_temporal(AlreadyDelivered(refusal, "T-1"))
    assert told is not None
    assert (told.type, told.non_retryable) == ("Refused", True)


def test_an_error_that_nobody_named_stays_a_fault_of_ours() -> None:
    assert as_told_to_temporal(ValueError("測試甲")) is None


def test_every_kind_of_remedy_is_used() -> None:
    assert set(TABLE.values()) == set(Remedy)


class Step(ActivityInboundInterceptor):
    """The inmost end of the chain: a step that fails as told."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure

    async def execute_activity(self, input: ExecuteActivityInput) -> str:
        if self.failure is not None:
            raise self.failure
        return "done"


def run_step(failure: Exception | None) -> ActivityInboundInterceptor:
    return NamedFailures().intercept_activity(Step(failure))


NOTHING = ExecuteActivityInput(fn=lambda: None, args=[], executor=None, headers={})


async def test_a_step_fails_with_the_name_of_the_table() -> None:
    failure = TemporarilyDown("PA", "GET /claims", status=503)
    with pytest.raises(ApplicationError, match="down, 503") as failed:
        await run_step(failure).execute_activity(NOTHING)
    assert failed.value.type == "TemporarilyDown"
    assert failed.value.__cause__ is failure


async def test_an_error_that_is_told_to_temporal_already_passes_unchanged() -> None:
    failure = ApplicationError("as it is", type="Told")
    with pytest.raises(ApplicationError) as failed:
        await run_step(failure).execute_activity(NOTHING)
    assert failed.value is failure


async def test_a_fault_of_ours_passes_unchanged() -> None:
    failure = KeyError("lots")
    with pytest.raises(KeyError) as failed:
        await run_step(failure).execute_activity(NOTHING)
    assert failed.value is failure


async def test_a_step_that_works_keeps_its_answer() -> None:
    assert await run_step(None).execute_activity(NOTHING) == "done"
