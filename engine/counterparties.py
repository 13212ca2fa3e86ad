"""Reads counterparties/<code>/profile.toml and answers questions about them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.money import Money
from engine.profiles import (
    AnyProfile,
    Bank,
    Carrier,
    DatedKeeping,
    Erp,
    OwnHouse,
    PayChannel,
    PayerProfile,
    Profile,
    TaxService,
)

_ADAPTER: TypeAdapter[Profile] = TypeAdapter(AnyProfile)
_P = TypeVar("_P", bound=Profile)


class ProfileNotUsable(ValueError):
    """A profile file has faults; the message names the file, each field and the reason."""

    def __init__(self, file: Path, reasons: list[str]) -> None:
        self.file, self.reasons = file, reasons
        super().__init__(f"{file}: {'; '.join(reasons)}.")


class NoSuchCounterparty(LookupError):
    """No profile with this code and kind."""

    def __init__(self, kind: str, code: str, known: list[str]) -> None:
        self.kind, self.code = kind, code
        super().__init__(f"No {kind} {code!r}; known: {', '.join(known) or 'none'}.")


class NoLimitInForce(LookupError):
    """A limit has no value on that day."""

    def __init__(self, name: str, on: date) -> None:
        self.name, self.on = name, on
        super().__init__(f"The limit {name!r} has no value on {on}.")


class Counterparties:
    """All profiles, by code."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = dict(profiles)

    @classmethod
    def load(cls, folder: Path) -> Counterparties:
        """Read every profile below `folder`. Raises: ProfileNotUsable for the first faulty file."""
        files = sorted(folder.glob("*/profile.toml"))
        if not files:
            raise ProfileNotUsable(folder, ["no */profile.toml in this folder"])
        profiles = (_read(file) for file in files)
        return cls({profile.code: profile for profile in profiles})

    def all(self) -> list[Profile]:
        """Every profile, by code."""
        return [self._profiles[code] for code in sorted(self._profiles)]

    def payer(self, code: str) -> PayerProfile:
        """An insurer. Raises: NoSuchCounterparty."""
        return self._of(PayerProfile, "payer", code)

    def payers(self) -> list[PayerProfile]:
        """Every insurer that we deal with, by code; not those on trial."""
        return [payer for payer in self._payers() if payer.live]

    def on_trial(self) -> list[PayerProfile]:
        """Insurers whose portal is tried out: the canary goes there, and no case does."""
        return [payer for payer in self._payers() if not payer.live]

    def _payers(self) -> list[PayerProfile]:
        return [profile for profile in self.all() if isinstance(profile, PayerProfile)]

    def bank(self, account: str) -> Bank:
        """A bank account of ours. Raises: NoSuchCounterparty."""
        return self._of(Bank, "bank", account)

    def banks(self) -> list[Bank]:
        """Every bank account, by code."""
        return [profile for profile in self.all() if isinstance(profile, Bank)]

    @property
    def erp(self) -> Erp:
        """The ERP."""
        return self._of(Erp, "erp", "erp")

    @property
    def carrier(self) -> Carrier:
        """The carrier."""
        return self._of(Carrier, "carrier", "carrier")

    @property
    def tax(self) -> TaxService:
        """The tax-invoice service."""
        return self._of(TaxService, "tax", "tax")

    @property
    def pay_channel(self) -> PayChannel:
        """The patient's pay channel."""
        return self._of(PayChannel, "pay_channel", "pay_channel")

    @property
    def own(self) -> OwnHouse:
        """Our own house."""
        return self._of(OwnHouse, "own", "own")

    def limit(self, name: str, on: date) -> Money:
        """The amount in force on a day. Raises: NoLimitInForce."""
        known = [lim for lim in self.own.limits if lim.name == name and lim.from_day <= on]
        if not known:
            raise NoLimitInForce(name, on)
        return Money(max(known, key=lambda limit: limit.from_day).minor)

    def keeping(self, on: date) -> list[DatedKeeping]:
        """How long each kind of picture is kept, in force on a day; without a line for ever."""
        begun = sorted(
            (rule for rule in self.own.keep_days if rule.from_day <= on),
            key=lambda rule: rule.from_day,
        )
        return list({rule.kind: rule for rule in begun}.values())

    def _of(self, kind: type[_P], word: str, code: str) -> _P:
        profile = self._profiles.get(code)
        if not isinstance(profile, kind):
            trial = {payer.code for payer in self.on_trial()}
            known = [c for c, p in sorted(self._profiles.items()) if isinstance(p, kind)]
            known = [one for one in known if one not in trial]
            raise NoSuchCounterparty(word, code, known)
        return profile


def _read(file: Path) -> Profile:
    try:
        profile = _ADAPTER.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as broken:
        raise ProfileNotUsable(file, [f"not TOML: {broken}"]) from broken
    except ValidationError as broken:
        # Without the typed value: a secret may have been written where a reference belongs.
        faults = broken.errors(include_url=False, include_input=False)
        told = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in faults]
        raise ProfileNotUsable(file, told) from None
    if profile.code != file.parent.name:
        raise ProfileNotUsable(file, [f"code: is not the folder's name {file.parent.name!r}"])
    return profile
