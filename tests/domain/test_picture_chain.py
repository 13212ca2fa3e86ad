"""A chain of pictures is unbroken only when every link is what it was, and where it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.picture_chain import Link, chain_of, fits, in_order, read, written

PNG = "a" * 64


def link(label: str, before: str = "", snapshot: str = "- heading 申报") -> Link:
    chain = chain_of(before, label, PNG, snapshot, "b" * 64)
    return Link(label, "b" * 64, before, chain, snapshot)


def test_a_kept_snapshot_is_read_back_as_it_was_written() -> None:
    first = link("insured-filled", snapshot="- one\n\n- two\npage x")
    assert read("insured-filled", written(first)) == first
    assert fits(first, PNG)


@pytest.mark.parametrize(
    "kept", [b"", b"page a\nbefore b", b"page a\nbefore \nchain\n\nx", b"\xff"]
)
def test_a_text_without_the_lines_of_a_link_is_no_snapshot(kept: bytes) -> None:
    assert read("x", kept) is None


def test_nothing_of_a_link_can_be_changed_unseen() -> None:
    one = link("insured-filled")
    changed = [
        replace(one, label="other"),
        replace(one, page_sha256="c" * 64),
        replace(one, before="d" * 64),
        replace(one, snapshot="- heading 别的"),
    ]
    assert [fits(other, PNG) for other in changed] == [False, False, False, False]
    assert not fits(one, "e" * 64)


def test_links_come_in_the_order_of_their_chain_whatever_order_they_are_kept_in() -> None:
    first = link("a")
    second = link("b", first.chain)
    third = link("c", second.chain)
    alone = link("z")
    chains = in_order([third, alone, first, second])
    assert chains == [[first, second, third], [alone]]


def test_a_link_that_was_left_out_shows_as_a_second_beginning() -> None:
    first = link("a")
    second = link("b", first.chain)
    third = link("c", second.chain)
    assert in_order([first, third]) == [[first], [third]]


def test_two_runs_that_began_with_the_same_picture_are_two_chains() -> None:
    first = link("a")
    second, other = link("b", first.chain), link("c", first.chain)
    assert in_order([first, second, other]) == [[first, second], [first, other]]
