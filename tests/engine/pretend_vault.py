"""A server on loopback that answers as HashiCorp Vault's KV version 2 and AppRole do.

Written from the API's description, and by hand: what is asked of it is kept for the test to read.
Source: developer.hashicorp.com/vault/api-docs, "secret/kv/kv-v2", "auth/approle", "system/health".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class PretendVault:
    """What it holds and whom it knows; `asked` are method, path and the headers of each request."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {"good-token"})
    roles: dict[str, str] = field(default_factory=dict)
    lease_s: int = 3600
    is_sealed: bool = False
    answers: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        """Status and JSON text."""
        self.asked.append((method, path, headers))
        if self.answers:
            return self.answers.pop(0)
        if self.is_sealed:
            return 503, _errors("Vault is sealed")
        if (method, path) == ("POST", "/v1/auth/approle/login"):
            return self._login(json.loads(body))
        if headers.get("x-vault-token") not in self.tokens:
            return 403, _errors("permission denied")
        mount, _, rest = path.removeprefix("/v1/").partition("/")
        if method != "GET" or mount != "secret" or not rest.startswith("data/"):
            return 404, _errors()
        kept = self.secrets.get(rest.removeprefix("data/"))
        if kept is None:
            return 404, _errors()
        metadata = {"version": 2, "created_time": "2026-01-05T00:00:00Z", "destroyed": False}
        return 200, json.dumps({"request_id": "r-1", "data": {"data": kept, "metadata": metadata}})

    def _login(self, told: dict[str, str]) -> tuple[int, str]:
        if self.roles.get(told.get("role_id", "")) != told.get("secret_id"):
            return 400, _errors(f"invalid role or secret ID {told.get('secret_id')}")
        token = f"of-{told['role_id']}-{len(self.tokens)}"
        self.tokens.add(token)
        auth = {"client_token": token, "lease_duration": self.lease_s, "renewable": True}
        return 200, json.dumps({"auth": auth})


def _errors(*told: str) -> str:
    return json.dumps({"errors": list(told)})


def served(vault: PretendVault) -> ThreadingHTTPServer:
    """A server on a free port of loopback; whoever asked for it runs and closes it."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, text = vault.answer(method, self.path, headers, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answering)
