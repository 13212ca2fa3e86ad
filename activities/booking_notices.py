"""Taking in what a bank tells before its statement: proved and kept, and nothing is booked by it.

The statement books the money; a notice booked as well would be the same money twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from activities.booking import NotOurs, of_this_file
from activities.world import World
from domain.facts import DocumentRef
from domain.proof import Proved
from domain.statement import BankNotice
from store import documents, proofs


def take_in_notices(
    world: World, proved: Sequence[Proved[BankNotice]], document: DocumentRef
) -> None:
    """Keep the proof of every notice of a file, all or none.

    Raises: NotOurs, when one is of another account; NotProved, when a proof is of another file.
    """
    with world.writing() as session:
        for one in proved:
            notice = one.value
            if notice.account != document.source:
                raise NotOurs([f"account: {notice.account} is not {document.source}"])
            subject = proofs.notice_subject(notice.account, notice.notice_no)
            tied = one.tied([of_this_file(one, document)])
            proofs.record_proof(session, tied, subject=subject, now=world.now())
        documents.set_document_status(session, document.sha256, "booked", now=world.now())
