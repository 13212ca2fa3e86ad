"""XML of one level with HMAC-SHA256 over its sorted fields, in the manner of older gateways.

The parser takes no document type, no entity and nothing from outside (`defusedxml`). A document
with nested or doubled elements is refused, because the signature would not say which one it means.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.http import Refused
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.over_http import Door
from connectors.pay_channels.wires import Asked, Told
from engine.pay_channel_wires import XmlHmac
from engine.pay_channels import Place


class NotThisXml(ValueError):
    """The document is no XML of one level."""


class XmlHmacWire:
    """One merchant's way to speak. Raises: NoCredential."""

    def __init__(
        self, code: str, wire: XmlHmac, place: Place, door: Door, now: Callable[[], datetime]
    ) -> None:
        self._code, self._wire, self._door, self._now = code, wire, door, now
        self._secret = place.secret("secret", code)

    def exchange(self, asked: Asked) -> Told:
        """See `Wire`."""
        fields = {name: str(value) for name, value in asked.send.items()}
        fields |= {
            self._wire.nonce: secrets.token_hex(16),
            self._wire.stamp: str(int(self._now().timestamp())),
        }
        fields[self._wire.sign] = self._proof(fields)
        root = Element(self._wire.root)
        for name, text in fields.items():
            SubElement(root, name).text = text
        response = self._door.exchange(
            asked,
            self._door.url + asked.path,
            content=tostring(root, encoding="utf-8"),
            headers={"Content-Type": "text/xml; charset=utf-8"},
        )
        return self._read(asked, response)

    def fetch_link(self, link: str) -> bytes:
        """See `Wire`."""
        return self._door.document(link, "bill")

    def open_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """See `Wire`."""
        try:
            fields = one_level(body, self._wire.root)
        except NotThisXml as foreign:
            raise NotGenuine(self._code, "content") from foreign
        why = self._distrust(fields, now)
        if why:
            raise NotGenuine(self._code, why)
        return fields

    def close(self) -> None:
        """See `Wire`."""
        self._door.close()

    def _read(self, asked: Asked, response: httpx.Response) -> Told:
        if not response.is_success:
            self._door.not_as_agreed(asked, "status", f"{response.status_code} is not expected")
        try:
            fields = one_level(response.content, self._wire.root)
        except NotThisXml:
            self._door.not_as_agreed(asked, "body", "is not the agreed XML")
        why = self._distrust(fields, self._now())
        if why:
            self._door.not_as_agreed(asked, why, "does not prove that the channel answers")
        if any(fields.get(name) != text for name, text in self._wire.ok.items()):
            named = (fields[name] for name in self._wire.error if fields.get(name))
            raise Refused(
                self._code, asked.call, status=response.status_code, error=next(named, "")
            )
        return fields

    def _distrust(self, fields: Mapping[str, str], now: datetime) -> str:
        """Why a message is not believed, "" when it is."""
        proof = fields.get(self._wire.sign, "")
        rest = {name: text for name, text in fields.items() if name != self._wire.sign}
        if not hmac.compare_digest(self._proof(rest).encode(), proof.encode()):
            return "signature"
        at = fields.get(self._wire.stamp, "")
        age_s = abs(now.timestamp() - int(at)) if at.isascii() and at.isdigit() else None
        return "time" if age_s is None or age_s > self._wire.window_s else ""

    def _proof(self, fields: Mapping[str, str]) -> str:
        """Sorted name=value with & between, then the secret as `key`; in capital hex."""
        secret = self._secret.get_secret_value()
        filled = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name]]
        text = "&".join([*filled, f"key={secret}"])
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def one_level(document: bytes, root: str) -> dict[str, str]:
    """The elements of a document by name. Raises: NotThisXml."""
    try:
        top = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as unreadable:
        raise NotThisXml("is no XML") from unreadable
    fields = {element.tag: (element.text or "").strip() for element in top}
    if top.tag != root or len(fields) < len(top) or any(len(one) for one in top):
        raise NotThisXml("has another root, or nested or doubled elements")
    return fields
