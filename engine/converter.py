"""The one data converter that workers, API, commands and benchmark share."""

from __future__ import annotations

import dataclasses

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import CompositePayloadConverter, DataConverter

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


class SharedPydanticConverter(CompositePayloadConverter):
    """Pydantic models as JSON. The SDK makes a converter for each life: all share what one learnt,
    for a type takes longer to learn than its values to read."""

    def __init__(self) -> None:
        super().__init__(*_PYDANTIC.converters.values())


_PYDANTIC = PydanticPayloadConverter()


def data_converter(settings: Settings) -> DataConverter:
    """Pydantic models as JSON, every payload encrypted, failures as in `engine/failures.py`."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=SharedPydanticConverter,
        payload_codec=codec_of(settings),
        failure_converter_class=ReadableFailureConverter,
    )
