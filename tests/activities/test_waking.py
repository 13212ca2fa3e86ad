"""Wake-ups out of the outbox: one signal for a life and round, and one that is stuck stops none."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any, cast

import pytest
from sqlmodel import select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.upkeep_steps import UpkeepActivities
from activities.waking import drain
from activities.world import World
from domain.review import Role
from engine.wake import LifeDidNotAnswer
from store import outbox, people, portal_codes
from store.tables_portals import PortalCodeRow
from tests.activities.desk import clock_of


class PlainHandle:
    """One life, which writes down what it is told."""

    def __init__(self, lives: PlainLives, workflow_id: str) -> None:
        self.lives, self.workflow_id = lives, workflow_id

    async def signal(self, name: str, arg: str, **_: Any) -> None:
        self.lives.told.append((self.workflow_id, name, arg))
        if self.workflow_id == "case-away":
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    async def execute_update(self, name: str, arg: str, **_: Any) -> None:
        self.lives.told.append((self.workflow_id, name, arg))
        if self.workflow_id == "review-silent":
            raise LifeDidNotAnswer(self.workflow_id, name, 10.0)


class PlainLives:
    """In place of Temporal: every life runs, two of them do not answer."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def get_workflow_handle(self, workflow_id: str) -> PlainHandle:
        return PlainHandle(self, workflow_id)


def put(world: World, *messages: tuple[str, str, str]) -> None:
    with world.database.transaction() as s:
        for workflow_id, name, arg in messages:
            outbox.put(s, workflow_id=workflow_id, name=name, arg=arg, now=world.now())


def waiting(world: World) -> list[str]:
    with world.database.reading() as s:
        return [message.workflow_id for message in outbox.due(s)]


async def send(world: World) -> tuple[int, list[tuple[str, str, str]]]:
    lives = PlainLives()
    return await drain(world.database, cast(Client, lives), world.clock), lives.told


async def test_three_signals_for_one_life_are_sent_as_one_and_each_update_by_itself(
    world: World,
) -> None:
    put(world, ("case-1", "look", "a"), ("case-1", "look", "b"), ("claim-1", "look", "a"))
    put(world, ("review-1", "decided", "DN-1"), ("review-1", "decided", "DN-2"))

    sent, told = await send(world)

    assert sent == 5
    assert sorted(told) == [
        ("case-1", "look", "a"),
        ("claim-1", "look", "a"),
        ("review-1", "decided", "DN-1"),
        ("review-1", "decided", "DN-2"),
    ]
    assert waiting(world) == []


async def test_a_life_that_does_not_answer_keeps_no_other_wake_up_from_being_ticked_off(
    world: World,
) -> None:
    put(world, ("case-away", "look", "a"), ("review-silent", "decided", "DN-1"))
    put(world, ("case-1", "look", "a"))

    sent, _ = await send(world)

    assert sent == 1
    assert waiting(world) == ["case-away", "review-silent"]


async def test_the_daily_check_warns_once_fewer_than_sixty_days_of_calendar_are_left(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    check = UpkeepActivities(world, cast(Client, PlainLives()))
    for day, warnings in ((date(2026, 11, 1), 0), (date(2026, 11, 2), 1)):
        clock_of(world).move_to(day)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert await check.find_abandoned_cases(None) == []
        assert len(caplog.records) == warnings, day


async def test_the_daily_check_lets_pictures_go_that_were_kept_three_years(world: World) -> None:
    """1,095 days from Monday 5 January 2026 end on 4 January 2029."""
    check = UpkeepActivities(world, cast(Client, PlainLives()))
    with world.writing() as s:
        picture = world.evidence.put(
            s, b"x", kind="screenshot", source="PB", name="n", case_no=None, now=world.now()
        )
    for day, deleted in ((date(2029, 1, 4), 0), (date(2029, 1, 5), 1), (date(2029, 1, 6), 0)):
        clock_of(world).move_to(day)
        assert await check.delete_old_pictures(None) == deleted, day
    with world.database.reading() as s:
        assert world.evidence.view_of(s, picture).kind == "screenshot"


async def test_the_daily_check_forgets_a_one_time_code_that_nobody_took_in_time(
    world: World,
) -> None:
    check, now = UpkeepActivities(world, cast(Client, PlainLives())), world.now()
    with world.writing() as s:
        li = people.add_person(s, "li.finance", Role.FINANCE, "a password", "李")
        no = portal_codes.ask(s, "PB", "hk-bot", now=now)
        portal_codes.give(s, no, b"a sealed code of many bytes", li, now)
    for day, left in ((world.today(), 1), (world.today() + timedelta(days=1), 0)):
        clock_of(world).move_to(day)
        await check.delete_old_pictures(None)
        with world.database.reading() as s:
            sealed = s.exec(select(PortalCodeRow.sealed_code)).all()
            assert len([one for one in sealed if one]) == left, day
