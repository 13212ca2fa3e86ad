"""Why a step refuses to go on: facts of the house itself, not of a counterparty."""

from __future__ import annotations

from domain.order import Problem


class OrderRefused(ValueError):
    """The ERP's order cannot become a case; the message names every field and reason."""

    def __init__(self, order_no: str, problems: list[Problem]) -> None:
        self.order_no, self.problems = order_no, problems
        told = "; ".join(str(problem) for problem in problems)
        super().__init__(f"Order {order_no} cannot become a case: {told}.")


class WrongWorkflowId(ValueError):
    """A case was started under a name that is not its own."""

    def __init__(self, order_no: str, given: str) -> None:
        self.order_no, self.given = order_no, given
        super().__init__(f"The case of {order_no} was started under the wrong id {given}.")


class StepOutOfOrder(RuntimeError):
    """A step needs a fact that no earlier step has left."""

    def __init__(self, subject: str, missing: str) -> None:
        self.subject, self.missing = subject, missing
        super().__init__(f"{subject}: {missing} is not known yet.")


class DecisionNotFound(LookupError):
    """A step was told of a decision that does not stand in the store, or does not allow it."""

    def __init__(self, review_no: str, wanted: str) -> None:
        self.review_no, self.wanted = review_no, wanted
        super().__init__(f"Review {review_no} holds no decision to {wanted}.")


class AbsenceUnproven(RuntimeError):
    """A claim is to be taken back, is not listed, and nothing proves that it is not there."""

    def __init__(self, claim_no: str, payer: str) -> None:
        self.claim_no, self.payer = claim_no, payer
        super().__init__(
            f"Claim {claim_no} was sent and is not in the list of {payer}, which is no proof:"
            " look there, take it back by hand if it is there, then go on."
        )


class MayStillArrive(RuntimeError):
    """A claim was sent and its list does not show it yet: absent is no proof before then."""

    def __init__(self, claim_no: str, wait_s: int) -> None:
        self.claim_no, self.wait_s = claim_no, wait_s
        super().__init__(f"Claim {claim_no} may still show up in the list for {wait_s} s.")
