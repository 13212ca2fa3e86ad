"""Reads one secret from a HashiCorp Vault (KV version 2) over HTTP, for the profiles alone.

Apart from the profiles because it talks to a server, and with httpx, which is here already: two
requests need no client library of their own. The way there stands in Vault's own variables, as its
tools read them: VAULT_ADDR, VAULT_NAMESPACE, VAULT_CACERT, and VAULT_TOKEN, or VAULT_ROLE_ID with
VAULT_SECRET_ID (AppRole). VAULT_TOKEN_FILE and VAULT_SECRET_ID_FILE name files that hold them.
Source: developer.hashicorp.com/vault/api-docs, "secret/kv/kv-v2" and "auth/approle".
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from engine.references import vault_place
from engine.settings import LOOPBACK

_WAIT_S = 10.0
_BEFORE_THE_END_S = 10.0
_LACKS = "set VAULT_TOKEN, VAULT_TOKEN_FILE, or VAULT_ROLE_ID with VAULT_SECRET_ID"
_WHY = {
    400: "the request was refused",
    403: "permission denied",
    404: "nothing is stored there, or its newest version was deleted",
    429: "it is asked too often",
    472: "it is the standby of another cluster",
    473: "it is a standby",
    503: "it is sealed or under maintenance",
}


class VaultRefuses(Exception):
    """A secret could not be read; `reason` names neither the secret nor the token."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


# By address, namespace and role: a secret id may be good for a few logins only.
_LOGINS: dict[tuple[str, str, str], tuple[SecretStr, float]] = {}


def read(reference: str) -> SecretStr:
    """The text behind `vault:MOUNT/PATH#FIELD`, in its newest version. Raises: VaultRefuses."""
    mount, path, field = vault_place(reference)
    with _client() as client:
        token = _token(client)
        told = _asked(client, "GET", f"{mount}/data/{path}", token=token)
    try:
        fields = told["data"]["data"]
        value = fields.get(field)
    except (AttributeError, KeyError, TypeError):
        raise VaultRefuses(f"{mount} is no KV engine of version 2") from None
    if value is None:
        raise VaultRefuses(f"it has no field {field}")
    if not isinstance(value, str) or not value.strip():
        raise VaultRefuses(f"its field {field} holds no text")
    return SecretStr(value.strip())


def _client() -> httpx.Client:
    address = os.environ.get("VAULT_ADDR", "").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        # The token and the secret would be read by whoever listens on the way.
        raise VaultRefuses("VAULT_ADDR must begin with https://")
    ca = os.environ.get("VAULT_CACERT")
    try:
        trusted = ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as unreadable:
        raise VaultRefuses("VAULT_CACERT cannot be read") from unreadable
    namespace = os.environ.get("VAULT_NAMESPACE", "")
    # A redirect is not followed, nor a proxy used: neither is where the token was meant for.
    return httpx.Client(
        base_url=f"{address}/v1/",
        headers={"X-Vault-Namespace": namespace} if namespace else {},
        timeout=_WAIT_S,
        trust_env=False,
        verify=trusted,
    )


def _token(client: httpx.Client) -> SecretStr:
    if given := _set_or_in_file("VAULT_TOKEN"):
        return SecretStr(given)
    role, secret_id = os.environ.get("VAULT_ROLE_ID", ""), _set_or_in_file("VAULT_SECRET_ID")
    if not role or not secret_id:
        raise VaultRefuses(_LACKS)
    known = (str(client.base_url), os.environ.get("VAULT_NAMESPACE", ""), role)
    kept = _LOGINS.get(known)
    if kept is not None and time.monotonic() < kept[1]:
        return kept[0]
    asked = {"role_id": role, "secret_id": secret_id}
    told = _asked(client, "POST", "auth/approle/login", json=asked)
    try:
        token = SecretStr(str(told["auth"]["client_token"]))
        lasts_s = float(told["auth"]["lease_duration"])
    except (KeyError, TypeError, ValueError):
        raise VaultRefuses("the login was answered without a token") from None
    _LOGINS[known] = (token, time.monotonic() + lasts_s - _BEFORE_THE_END_S)
    return token


def _set_or_in_file(name: str) -> str:
    """A variable's value, or what stands in the file that NAME_FILE names."""
    file = os.environ.get(f"{name}_FILE")
    if value := os.environ.get(name, "").strip():
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip() if file else ""
    except (OSError, ValueError) as unreadable:
        raise VaultRefuses(f"the file of {name}_FILE cannot be read") from unreadable


def _asked(
    client: httpx.Client,
    method: str,
    path: str,
    *,
    token: SecretStr | None = None,
    json: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answer's JSON. What Vault says in its own words is left out: it may quote the request."""
    headers = {} if token is None else {"X-Vault-Token": token.get_secret_value()}
    try:
        answer = client.request(method, path, headers=headers, json=json)
    except httpx.HTTPError as failure:
        raise VaultRefuses(f"no answer ({type(failure).__name__})") from None
    if answer.status_code != httpx.codes.OK:
        why = _WHY.get(answer.status_code, "it answered")
        where = "the login, " if token is None else ""
        raise VaultRefuses(f"{where}{why} ({answer.status_code})")
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise VaultRefuses("what answers is no Vault")
    return told
