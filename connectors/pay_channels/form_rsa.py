"""A form with RSA-SHA256 ("RSA2") over its sorted fields, in the manner of Alipay's gateway.

The answer is JSON whose one object is signed as the text it is, to the byte; a notice is a form
again. Source: the vendor's interface rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

import httpx

from connectors.http import Refused
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.keys import is_signed, private_key, public_key, signed
from connectors.pay_channels.over_http import Door
from connectors.pay_channels.wires import Asked, Told, flat, nested
from engine.clock import business_zone
from engine.pay_channel_wires import FormRsa2
from engine.pay_channels import Place

_FORM = "application/x-www-form-urlencoded;charset=utf-8"


class FormRsaWire:
    """One merchant's way to speak. Raises: NoCredential, KeyUnusable."""

    def __init__(self, code: str, wire: FormRsa2, place: Place, door: Door) -> None:
        self._code, self._wire, self._door = code, wire, door
        self._ours = private_key(code, place.secret("sign", code).get_secret_value())
        self._theirs = public_key(code, place.secret("verify", code).get_secret_value())

    def exchange(self, asked: Asked) -> Told:
        """See `Wire`."""
        content = json.dumps(nested(asked.send), ensure_ascii=False)
        fields = {name: str(value) for name, value in asked.query.items()}
        fields |= {self._wire.method: asked.name, self._wire.content: content}
        fields["sign"] = signed(self._ours, signed_text(fields))
        response = self._door.exchange(
            asked,
            self._door.url + asked.path,
            content=urlencode(fields).encode(),
            headers={"Content-Type": _FORM},
        )
        return self._read(asked, response)

    def fetch_link(self, link: str) -> bytes:
        """See `Wire`."""
        return self._door.document(link, "bill")

    def open_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """See `Wire`."""
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True)
        except ValueError as no_form:
            raise NotGenuine(self._code, "content") from no_form
        fields = dict(pairs)
        proof = fields.pop("sign", "")
        # The kind of signature is not signed itself, and a field named twice is signed once.
        is_clear = fields.pop("sign_type", "") == "RSA2" and len(fields) + 2 == len(pairs)
        if not is_clear or not is_signed(self._theirs, signed_text(fields), proof):
            raise NotGenuine(self._code, "signature")
        if not self._is_fresh(fields.get(self._wire.notice_time, ""), now):
            raise NotGenuine(self._code, "time")
        return fields

    def close(self) -> None:
        """See `Wire`."""
        self._door.close()

    def _is_fresh(self, text: str, now: datetime) -> bool:
        try:
            at = datetime.strptime(text, self._wire.notice_time_pattern)  # noqa: DTZ007
        except ValueError:
            return False
        age_s = abs((now - at.replace(tzinfo=business_zone)).total_seconds())
        return age_s <= self._wire.window_s

    def _read(self, asked: Asked, response: httpx.Response) -> Told:
        if not response.is_success:
            # Whatever is wrong is told with 200 and a signature; anything else is not the channel.
            self._door.not_as_agreed(asked, "status", f"{response.status_code} is not expected")
        envelope = f"{asked.name.replace('.', '_')}_response"
        try:
            whole = json.loads(response.content)
            key = envelope if envelope in whole else "error_response"
            text, told = _object_at(response.text, key)
        except (ValueError, TypeError):
            self._door.not_as_agreed(asked, "body", "is not the agreed JSON")
        proof = whole.get("sign")
        if not isinstance(proof, str) or not is_signed(self._theirs, text.encode(), proof):
            self._door.not_as_agreed(asked, "signature", "does not prove that the channel answers")
        if told.get(self._wire.code) not in self._wire.ok:
            named = (told[name] for name in self._wire.error if told.get(name))
            raise Refused(
                self._code, asked.call, status=response.status_code, error=next(named, "")
            )
        return told


def signed_text(fields: Mapping[str, str]) -> bytes:
    """What is signed: every field that is not empty, by name, as name=value with & between."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name]).encode()


def _object_at(text: str, key: str) -> tuple[str, Told]:
    """The object under a key of the outermost object, as its text and as flat values.

    Raises: ValueError, when there is none.
    """
    begin = text.index(":", text.index(f'"{key}"') + len(key) + 2) + 1
    begin += len(text[begin:]) - len(text[begin:].lstrip())
    value, end = json.JSONDecoder(parse_float=Decimal).raw_decode(text, begin)
    return text[begin:end], flat(value)
