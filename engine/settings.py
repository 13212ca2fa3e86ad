"""Every setting, with a default that works on loopback without any preparation.

Variables begin with HUIKUAN_. The way to Temporal is not here: it stands in TEMPORAL_ADDRESS and
its sisters, read by `temporalio.envconfig` in `engine/client.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.keys import keys_on_disk

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Where things are and how they are reached. Paths are relative to the working directory."""

    model_config = SettingsConfigDict(env_prefix="HUIKUAN_", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="folder for every file that the product writes")
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy URL, may hold a password; default SQLite below home"
    )
    evidence_folder: Path | None = Field(None, description="sealed documents; default below home")
    payload_keys: SecretStr = Field(
        SecretStr(""),
        description="key-id:base64 of 32 bytes, by comma; the first seals, all of them open",
    )
    payload_keys_file: Path | None = Field(None, description="file that holds payload_keys")
    api_host: str = Field("127.0.0.1", description="address that the API listens on")
    api_port: int = Field(18090, ge=0, le=65535, description="port that the API listens on")
    api_url: str = Field("", description="how people and counterparties reach the API")
    temporal_ui_url: str = Field("http://127.0.0.1:8233", description="Temporal Web UI")
    clock: str = Field("system", description='"system", or "file:<path>" of a conductor\'s clock')
    counterparties_folder: Path = Field(Path("counterparties"), description="profiles, as TOML")
    browser_path: str | None = Field(None, description="browser for the bots; default: search")
    portal_headless: bool = Field(True, description="false shows the bots' browser windows")

    @field_validator("clock")
    @classmethod
    def _clock_is_known(cls, value: str) -> str:
        if value != "system" and not (value.startswith("file:") and len(value) > 5):
            raise ValueError('must be "system" or "file:<path>"')
        return value

    @model_validator(mode="after")
    def _fill_what_follows_from_home(self) -> Self:
        filled: dict[str, object] = {}
        if not self.database_url:
            filled["database_url"] = f"sqlite:///{self.home / 'huikuan.sqlite'}"
        if self.evidence_folder is None:
            filled["evidence_folder"] = self.home / "evidence"
        if not self.api_url:
            host = self.api_host if self.api_host in LOOPBACK else "127.0.0.1"
            filled["api_url"] = f"http://{host}:{self.api_port}"
        if not self.payload_keys.get_secret_value():
            place = self.payload_keys_file or self.home / "secrets" / "payload_keys"
            create = self.payload_keys_file is None
            filled["payload_keys"] = SecretStr(keys_on_disk(place, create=create))
        for name, value in filled.items():
            object.__setattr__(self, name, value)
        return self

    @property
    def evidence(self) -> Path:
        """Folder of the sealed documents."""
        return self.evidence_folder or self.home / "evidence"

    @property
    def codec_url(self) -> str:
        """What the Temporal Web UI is told as codec endpoint; it adds /decode and /encode."""
        return f"{self.api_url}/codec"

    @property
    def ui_origins(self) -> tuple[str, ...]:
        """Origins that may ask the codec; a browser tells localhost and 127.0.0.1 apart."""
        url = self.temporal_ui_url.rstrip("/")
        twins = {url, url.replace("127.0.0.1", "localhost"), url.replace("localhost", "127.0.0.1")}
        return tuple(sorted(twins))

    def found_browser(self) -> str | None:
        """The browser that was set, else the one that the set-up found; None: Playwright's own.

        The set-up leaves its note in var/; a home inside it, as the demo's, is served too.
        """
        if self.browser_path:
            return self.browser_path
        for folder in (self.home, self.home.parent, Path("var")):
            note = folder / "browser.path"
            written = note.read_text(encoding="utf-8").strip() if note.is_file() else ""
            if written and os.access(written, os.X_OK):
                return written
        return None


def load_settings() -> Settings:
    """Read the environment. Raises: pydantic.ValidationError that names the variable and why.

    With HUIKUAN_SECRETS_FOLDER set, a value may also be a file in there, named like its variable
    in small letters (huikuan_database_url), as container engines mount secrets.
    """
    return Settings(_secrets_dir=os.environ.get("HUIKUAN_SECRETS_FOLDER"))
