"""What every decision about a portal asks of the person who makes it, and how it is put on record.

Apart from the decisions themselves, which are about pausing, patches and codes.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from domain.review import Role
from store import audit
from store.people import PersonView


class AuditorChangesNothing(PermissionError):
    """An auditor reads everything and changes nothing."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"{login} is an auditor and changes nothing.")


def require_hands(person: PersonView) -> None:
    """Raises: AuditorChangesNothing."""
    if person.role is Role.AUDITOR:
        raise AuditorChangesNothing(person.login)


def note_decision(
    s: Session, person: PersonView, action: str, subject: str, detail: str, now: datetime
) -> None:
    """Put on the trail what a person did. Raises: AuditorChangesNothing."""
    require_hands(person)
    audit.note(s, actor=person.login, action=action, subject=subject, detail=detail, now=now)


def subject_of(portal: str) -> str:
    """Under what a portal stands in the trail."""
    return f"portal:{portal}"
