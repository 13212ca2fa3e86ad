"""The one data converter that workers, API, commands and benchmark share."""

from __future__ import annotations

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from engine.codec import EncryptionCodec, Sealer
from engine.failures import ReadableFailureConverter
from engine.keys import parse_keys
from engine.settings import Settings


def codec_of(settings: Settings) -> EncryptionCodec:
    """The codec alone, for the endpoint that the Temporal Web UI asks."""
    return EncryptionCodec(parse_keys(settings.payload_keys.get_secret_value()))


def sealer_of(settings: Settings) -> Sealer:
    """The same keys, for the database and the evidence folder."""
    return Sealer(parse_keys(settings.payload_keys.get_secret_value()))


def data_converter(settings: Settings) -> DataConverter:
    """Pydantic models as JSON, every payload encrypted, failures as in `engine/failures.py`."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=codec_of(settings),
        failure_converter_class=ReadableFailureConverter,
    )
