"""The demo's people: invented, one for each role, with the same well-known password."""

from __future__ import annotations

from domain.review import Role
from store import people
from store.database import Database

DEMO_PASSWORD = "huikuan-demo"

DEMO_PEOPLE = (
    ("wang.ops", Role.OPS, "王测试（运营）"),
    ("li.finance", Role.FINANCE, "李测试（财务）"),
    ("zhao.head", Role.FINANCE_HEAD, "赵测试（财务主管）"),
    ("sun.auditor", Role.AUDITOR, "孙测试（审计）"),
)


def login_of(role: Role) -> str:
    """The demo's login with this role."""
    return next(login for login, held, _ in DEMO_PEOPLE if held is role)


def add_demo_people(database: Database) -> None:
    """Add them where they are not there yet."""
    with database.transaction() as session:
        for login, role, name in DEMO_PEOPLE:
            people.add_person(session, login, role, DEMO_PASSWORD, name)
