"""One bank line in words: by which rule it was matched, or why not; whose it is, and how old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.rendering import minute, money
from api.review_words import proposed_words
from api.texts import Language, text, word
from domain.calendar import WorkingDays
from domain.matching import proposal_words
from domain.money import Money
from domain.review import RULES, ReviewKind
from store.explained_lines import ExplainedLine
from store.matches import MatchDecision, MatchFinding

_JOIN = {"zh": "；", "en": "; "}


@dataclass(frozen=True)
class LineWords:
    """A line as a page or the command line shows it; `owner` and `due` are "" when nobody waits."""

    line: ExplainedLine
    why: str
    owner: str
    age_days: int
    due: str


def words_of(
    line: ExplainedLine, language: Language, *, calendar: WorkingDays, today: date
) -> LineWords:
    """Say what is known of a line, on this day."""
    is_open = line.state == "open"
    return LineWords(
        line=line,
        why=_why(line, language),
        owner=" / ".join(word(language, "role", role) for role in owners_of(line)),
        age_days=calendar.working_days_since(line.booked_on, today) if is_open else 0,
        due=_due(line, language) if is_open else "",
    )


def owners_of(line: ExplainedLine) -> list[str]:
    """The roles that must see to an open line: who is asked, or who will be."""
    if line.state != "open":
        return []
    if line.asked is not None and line.asked.state == "open":
        return [line.asked.owner] if line.asked.owner else sorted(line.asked.roles)
    return sorted(RULES[ReviewKind.DIFFERENCE].roles)


def _due(line: ExplainedLine, language: Language) -> str:
    if line.asked is not None and line.asked.state == "open":
        return minute(line.asked.due_at)
    return text(language, "lines.ask_on", day=line.ask_on)


def _why(line: ExplainedLine, language: Language) -> str:
    if line.state == "new":
        return text(language, "lines.never_looked")
    if line.state == "matched":
        return _matched(line, language)
    said = [_found(line.finding, language)] if line.finding is not None else []
    if line.state == "decided":
        outcome = word(language, "outcome", line.how)
        decided = text(
            language, "lines.by_person", outcome=outcome, decision=line.decided_by or line.how
        )
        said.insert(0, decided)
    return _JOIN[language].join(said) or word(language, "difference", "unmatched_line")


def _matched(line: ExplainedLine, language: Language) -> str:
    if line.decision is None:
        key = "lines.part" if line.how == "part" else "lines.no_rule"
        return text(language, key, item=line.item_no)
    told = _decided(line.decision, language)
    if not line.decision.off_minor:
        return told
    off = money(Money(line.decision.off_minor, line.amount.currency))
    return _JOIN[language].join([told, text(language, "lines.off", amount=off)])


def _decided(decision: MatchDecision, language: Language) -> str:
    return text(
        language,
        "lines.by_rule",
        rule=word(language, "match_rule", decision.rule),
        read=word(language, "match_read", decision.evidence),
        item=decision.item_no,
        version=decision.rule_version,
        fits=decision.alternatives,
    )


def _found(finding: MatchFinding, language: Language) -> str:
    said = [
        text(
            language,
            "lines.because",
            kind=word(language, "difference_class", finding.difference_class),
            why=word(language, "why_proposed", finding.why),
            version=finding.rule_version,
            fits=finding.alternatives,
        )
    ]
    if finding.item_no:
        said.append(text(language, "lines.names", item=finding.item_no))
    others = [p for p in finding.proposals if p.item_no != finding.item_no]
    if others:
        proposed = [proposal_words(p.item_no, None, p.why, p.fits) for p in others]
        items = ", ".join(proposed_words(proposed, language))
        said.append(text(language, "lines.may_be", items=items))
    return _JOIN[language].join(said)
