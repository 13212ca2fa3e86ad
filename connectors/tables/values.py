"""Strict typing of a table's cells: each type has one form, and whatever is in doubt is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from connectors.tables.layout import ValueRule

Typed = int | str | date | None

# Thousands all grouped or none, so that a lost digit shows; one sign, before or behind.
_MONEY = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?([+-]?)")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/.*-]{0,63}")
_HARMLESS = re.compile(r"[A-Za-z0-9,.:/+-]{1,40}")
_NOTHING = frozenset({"", "-", "--", "—", "/"})


class NotOfItsType(ValueError):
    """A cell does not have the form that its layout declares; `name` is the fact."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(reason)


def folded(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, without blanks around."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def squeezed(text: str) -> str:
    """The folded text without any blank."""
    return "".join(folded(text).split())


def typed(
    text: str,
    rule: ValueRule,
    unit: int,
    words: dict[str, str],
    *,
    is_number: bool = False,
    of_day: date | None = None,
) -> Typed:
    """The value of a cell; money in fen by the unit's decimals. Raises: NotOfItsType.

    `is_number`: it comes from a workbook, which keeps 1000.00 as 1000; `of_day`: the file's day.
    """
    plain = folded(text)
    if plain in _NOTHING and rule.type != "text":
        if rule.blank:
            return None
        raise NotOfItsType("CellIsEmpty", "is empty")
    match rule.type:
        case "money":
            decimals = rule.decimals if is_number or rule.decimals is not None else _usual(unit)
            sign, amount = _sided(plain, rule)
            return sign * fen(amount, unit, decimals)
        case "int":
            return _whole_number(plain)
        case "date":
            return _day(plain, rule.formats, of_day)
        case "moment":
            return _moment(plain, rule.formats)
        case "ref":
            return _reference(plain)
        case "coded":
            return _coded(plain, words)
        case "fixed":
            return _fixed(plain, rule.expected)
    return " ".join(plain.split())


def fen(text: str, unit: int, decimals: int | None = None) -> int:
    """Read "1,234.50", "１２３４.５０" or "1234.50-" as whole fen of a unit with `unit` decimals.

    Raises: NotOfItsType, also for more decimals than the unit has, or other than `decimals`.
    """
    plain = folded(text).lstrip("¥").strip()
    match = _MONEY.fullmatch(plain)
    if match is None or (match[1] and match[4]):
        raise NotOfItsType("NotAnAmount", f"{shown(plain)} is not an amount like 1,234.50")
    fraction = match[3] or ""
    if decimals is not None and len(fraction) != decimals:
        raise NotOfItsType("WrongDecimals", f"{shown(plain)} has not {decimals} decimals")
    if len(fraction.rstrip("0")) > unit:
        raise NotOfItsType("WrongDecimals", f"{shown(plain)} is finer than a fen")
    digits = match[2].replace(",", "") + fraction[:unit].ljust(unit, "0")
    return -int(digits) if "-" in (match[1], match[4]) else int(digits)


def _usual(unit: int) -> int | None:
    """Yuan are printed with their fen; a lost decimal point would show."""
    return 2 if unit == 2 else None


def shown(text: str) -> str:
    """The text for a message: numbers and ids as they are, words never."""
    return f"'{text}'" if _HARMLESS.fullmatch(text) else "a text with words"


def _whole_number(text: str) -> int:
    # WeChat writes its counts as 20.0.
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?", text)
    if match is None:
        raise NotOfItsType("NotANumber", f"{shown(text)} is not a whole number")
    return int(match[1])


def _sided(text: str, rule: ValueRule) -> tuple[int, str]:
    """The sign that a letter gives, and the amount behind it."""
    if not rule.letters:
        return rule.sign, text
    if text[:1] not in rule.letters or not text[1:].isdigit():
        raise NotOfItsType("NotAnAmount", f"{shown(text)} is not an amount behind a known letter")
    return rule.letters[text[:1]], text[1:]


def _day(text: str, formats: tuple[str, ...], of_day: date | None) -> date:
    for form in formats:
        if "%Y" not in form:
            return _day_without_year(text, form, of_day)
        try:
            # The hour is that of the issuer, which is in our own zone; only its day counts.
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise NotOfItsType("NotADate", f"{shown(text)} is not a date of the declared form")


def _day_without_year(text: str, form: str, of_day: date | None) -> date:
    """The nearest to the file's own day, for one of 31 December may be read in January."""
    if of_day is None:
        raise NotOfItsType("YearMissing", "has no year, and the file no day")
    found = []
    for year in (of_day.year - 1, of_day.year, of_day.year + 1):
        try:
            told = datetime.strptime(f"{year} {text}", f"%Y {form}")  # noqa: DTZ007
        except ValueError:
            # 29 February stands in one year of four.
            continue
        found.append(told.date())
    if not found:
        raise NotOfItsType("NotADate", f"{shown(text)} is not a date of the declared form")
    return min(found, key=lambda day: abs(day - of_day))


def _moment(text: str, formats: tuple[str, ...]) -> str:
    """A time without a year, as it is printed: it names something and is not counted with."""
    for form in formats:
        try:
            # A leap year, for 29 February is a day.
            datetime.strptime(f"2024 {text}", f"%Y {form}")  # noqa: DTZ007
        except ValueError:
            continue
        return text
    raise NotOfItsType("NotADate", f"{shown(text)} is not a date of the declared form")


def _reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise NotOfItsType("NotAReference", f"{shown(text)} is not a reference")
    return text


def _coded(text: str, words: dict[str, str]) -> str:
    if text not in words:
        raise NotOfItsType("UnknownWord", "is a word that the layout does not know")
    return words[text]


def _fixed(text: str, expected: str) -> str:
    if squeezed(text) != squeezed(expected):
        raise NotOfItsType("AnotherValue", f"is not {expected}")
    return expected
