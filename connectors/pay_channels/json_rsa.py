"""JSON over HTTP with RSA-SHA256 signatures, in the manner of WeChat Pay v3.

Both sides sign: a request in its Authorization header, an answer and a notice in four headers. A
notice's content is sealed with AES-256-GCM besides. Source: the vendor's interface rules.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.http import Refused
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.keys import (
    KeyUnusable,
    is_signed,
    private_key,
    public_key,
    signed,
)
from connectors.pay_channels.over_http import Door
from connectors.pay_channels.wires import Asked, Told, flat, nested
from engine.pay_channel_wires import JsonRsa
from engine.pay_channels import Place


class JsonRsaWire:
    """One merchant's way to speak. Raises: NoCredential, KeyUnusable."""

    def __init__(
        self, code: str, wire: JsonRsa, place: Place, door: Door, now: Callable[[], datetime]
    ) -> None:
        self._code, self._wire, self._place, self._door, self._now = code, wire, place, door, now
        self._ours = private_key(code, place.secret("sign", code).get_secret_value())
        self._theirs = public_key(code, place.secret("verify", code).get_secret_value())
        key = place.secret("notice", code).get_secret_value().encode()
        if len(key) != 32:
            raise KeyUnusable(code, "notice", "has not 32 bytes")
        self._notices = AESGCM(key)

    def exchange(self, asked: Asked) -> Told:
        """See `Wire`."""
        return self._read(asked, self._sent(asked))

    def fetch_link(self, link: str) -> bytes:
        """The file carries no signature; whoever asked compares the digest that came signed."""
        asked, url = Asked("bill", changes=False, key="", method="GET"), httpx.URL(link)
        headers = self._headers("GET", url.raw_path.decode(), b"")
        response = self._door.exchange(asked, str(url), content=b"", headers=headers)
        if not response.is_success:
            self._door.not_as_agreed(asked, "status", f"{response.status_code} is not expected")
        return response.content

    def open_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """See `Wire`."""
        why = self._distrust({name.lower(): text for name, text in headers.items()}, body, now)
        if why:
            raise NotGenuine(self._code, why)
        try:
            sealed = json.loads(body)["resource"]
            opened = self._notices.decrypt(
                sealed["nonce"].encode(),
                base64.b64decode(sealed["ciphertext"], validate=True),
                sealed.get("associated_data", "").encode(),
            )
            return flat(json.loads(opened, parse_float=Decimal))
        except (InvalidTag, ValueError, KeyError, TypeError, AttributeError) as unreadable:
            raise NotGenuine(self._code, "content") from unreadable

    def close(self) -> None:
        """See `Wire`."""
        self._door.close()

    def _sent(self, asked: Asked) -> httpx.Response:
        url = httpx.URL(self._door.url + asked.path)
        if asked.query:
            url = url.copy_merge_params({name: str(value) for name, value in asked.query.items()})
        body = nested(asked.send)
        content = json.dumps(body, ensure_ascii=False).encode() if body else b""
        headers = self._headers(asked.method, url.raw_path.decode(), content)
        return self._door.exchange(asked, str(url), content=content, headers=headers)

    def _headers(self, method: str, target: str, content: bytes) -> dict[str, str]:
        at, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        lines = "".join(f"{part}\n" for part in (method, target, at, nonce)).encode()
        proof = {
            "mchid": self._place.merchant,
            "nonce_str": nonce,
            "signature": signed(self._ours, lines + content + b"\n"),
            "timestamp": at,
            "serial_no": self._place.our_key_id,
        }
        told = ",".join(f'{name}="{text}"' for name, text in proof.items())
        return {
            "Authorization": f"{self._wire.scheme} {told}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "huikuan",
        }

    def _read(self, asked: Asked, response: httpx.Response) -> Told:
        headers = {name.lower(): text for name, text in response.headers.items()}
        why = self._distrust(headers, response.content, self._now())
        if why:
            # Also a refusal: "there is no such payment", said by anybody else, would be believed.
            self._door.not_as_agreed(asked, why, "does not prove that the channel answers")
        try:
            body = json.loads(response.content, parse_float=Decimal) if response.content else {}
        except ValueError:
            self._door.not_as_agreed(asked, "body", "is not JSON")
        told = flat(body)
        if response.is_client_error:
            raise Refused(
                self._code,
                asked.call,
                status=response.status_code,
                error=told.get(self._wire.error, ""),
            )
        if not response.is_success:
            self._door.not_as_agreed(asked, "status", f"{response.status_code} is not expected")
        return told

    def _distrust(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """Why a message is not believed, "" when it is; the names are those of `NotGenuine`."""
        at, nonce, proof, key_id = (
            headers.get(f"{self._wire.header}-{name}".lower(), "")
            for name in ("Timestamp", "Nonce", "Signature", "Serial")
        )
        if key_id != self._place.their_key_id:
            return "certificate"
        if not is_signed(self._theirs, f"{at}\n{nonce}\n".encode() + body + b"\n", proof):
            return "signature"
        age_s = abs(now.timestamp() - int(at)) if at.isascii() and at.isdigit() else None
        return "time" if age_s is None or age_s > self._wire.window_s else ""
