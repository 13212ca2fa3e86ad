"""Sealed things open with the right key only, and say clearly why not."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from engine.codec import ENCODING, EncryptionCodec, KeyUnknown, SealBroken, Sealer
from engine.keys import KeysNotReadable, keys_on_disk, new_key, parse_keys

OLD = parse_keys(new_key("2025"))
NEW = parse_keys(new_key("2026"))
ROTATED = {**NEW, **OLD}
KEY_OF_ZEROS = "a:" + "A" * 43 + "="
TEXT = "测试甲 001 TEST-ID-000001".encode()


def test_what_was_sealed_opens_again_and_shows_nothing_meanwhile() -> None:
    sealed = Sealer(OLD).seal(TEXT)

    assert TEXT not in sealed
    assert b"TEST-ID" not in sealed
    assert Sealer(OLD).open(sealed) == TEXT


def test_nothing_at_all_can_be_sealed_too() -> None:
    assert Sealer(OLD).open(Sealer(OLD).seal(b"")) == b""


def test_sealing_twice_gives_different_bytes() -> None:
    sealer = Sealer(OLD)
    assert sealer.seal(TEXT) != sealer.seal(TEXT)


def test_after_a_rotation_old_things_still_open_and_fresh_ones_use_the_fresh_key() -> None:
    old = Sealer(OLD).seal(TEXT)
    fresh = Sealer(ROTATED).seal(TEXT)

    assert Sealer(ROTATED).open(old) == TEXT
    assert Sealer(NEW).open(fresh) == TEXT
    with pytest.raises(KeyUnknown, match="'2026'"):
        Sealer(OLD).open(fresh)


@pytest.mark.parametrize("place", [-1, 5, 20])
def test_one_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(Sealer(OLD).seal(TEXT))
    sealed[place] ^= 1
    with pytest.raises((SealBroken, KeyUnknown)):
        Sealer(OLD).open(bytes(sealed))


@pytest.mark.parametrize("data", [b"", b"HK1", b"HK1\x04", b"plain text", b"HK1\x042025short"])
def test_what_we_never_sealed_is_refused(data: bytes) -> None:
    with pytest.raises((SealBroken, KeyUnknown)):
        Sealer(OLD).open(data)


async def test_a_payload_comes_back_as_it_was_with_its_metadata() -> None:
    payload = Payload(metadata={"encoding": b"json/plain", "messageType": b"x"}, data=TEXT)
    codec = EncryptionCodec(ROTATED)

    sealed = await codec.encode([payload])

    assert sealed[0].metadata["encoding"] == ENCODING
    assert sealed[0].metadata["encryption-key-id"] == b"2026"
    assert b"TEST-ID" not in sealed[0].SerializeToString()
    assert await codec.decode(sealed) == [payload]


async def test_a_payload_in_clear_passes_the_decoder_and_a_sealed_one_is_not_sealed_twice() -> None:
    codec = EncryptionCodec(OLD)
    clear = Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    sealed = await codec.encode([clear])

    assert await codec.decode([clear]) == [clear]
    assert await codec.encode(sealed) == sealed


async def test_a_payload_of_another_house_is_refused() -> None:
    sealed = await EncryptionCodec(NEW).encode([Payload(data=b"1")])
    with pytest.raises(KeyUnknown, match="'2026'"):
        await EncryptionCodec(OLD).decode(sealed)
    other = await EncryptionCodec(parse_keys(new_key("2026"))).encode([Payload(data=b"1")])
    with pytest.raises(SealBroken):
        await EncryptionCodec(NEW).decode(other)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "entry 1 is not key-id:base64"),
        ("2026", "entry 1 is not key-id:base64"),
        ("2026:!!!!", "entry 1 is not base64"),
        ("2026:c2hvcnQ=", "entry 1 has 5 bytes, not 32"),
        (f"{KEY_OF_ZEROS},{KEY_OF_ZEROS}", "entry 2 repeats the key id a"),
        (f"{KEY_OF_ZEROS},", "entry 2 is not key-id:base64"),
    ],
)
def test_a_faulty_key_list_is_told_by_position_and_never_repeated(text: str, why: str) -> None:
    with pytest.raises(KeysNotReadable) as refused:
        parse_keys(text)
    assert str(refused.value) == f"Payload keys: {why}."


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    place = tmp_path / "secrets" / "payload_keys"

    first = keys_on_disk(place, create=True)
    again = keys_on_disk(place, create=True)

    assert first == again
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
    assert [file.name for file in place.parent.iterdir()] == ["payload_keys"]


def test_a_named_key_file_that_is_missing_is_no_reason_to_make_a_fresh_key(tmp_path: Path) -> None:
    with pytest.raises(KeysNotReadable, match="is not there"):
        keys_on_disk(tmp_path / "absent", create=False)


def test_the_same_data_has_one_mark_that_shows_nothing_of_it_and_ends_with_its_key() -> None:
    mark = Sealer(OLD).mark(TEXT)
    assert Sealer(OLD).mark(TEXT) == mark
    assert Sealer(OLD).mark(TEXT + b"2") != mark
    assert Sealer(ROTATED).mark(TEXT) == Sealer(NEW).mark(TEXT) != mark
    assert len(mark) == 32
    assert mark != hashlib.sha256(TEXT).hexdigest()[:32]
