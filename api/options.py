"""The API's own settings, beside those that every room shares in `engine/settings.py`."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.settings import LOOPBACK, Settings


class ApiOptions(BaseSettings):
    """Read from variables that begin with HUIKUAN_, like all others."""

    model_config = SettingsConfigDict(env_prefix="HUIKUAN_", extra="ignore", frozen=True)

    codec_open_on_loopback: bool | None = Field(
        None,
        description="let the Temporal UI on this machine decode without a login; "
        "default: only while the API listens on loopback",
    )
    webhook_tolerance_s: int = Field(
        86_400,
        ge=0,
        description="how far a webhook's timestamp may be from the business clock, in seconds; "
        "a day, because a simulated clock moves in steps, and replays are refused by event number",
    )

    def codec_is_open(self, settings: Settings) -> bool:
        """Whether callers on this machine may use the codec without a login."""
        if self.codec_open_on_loopback is None:
            return settings.api_host in LOOPBACK
        return self.codec_open_on_loopback
