"""Ids are UUIDs of version 7: unique, and in the order of time."""

import time
from uuid import RFC_4122, UUID

from bedrock.ids import new_id


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    found = UUID(new_id())
    after = time.time_ns() // 1_000_000

    assert (found.version, found.variant) == (7, RFC_4122)
    assert before <= found.int >> 80 <= after


def test_ids_of_one_millisecond_differ_in_all_their_other_bits() -> None:
    ids = [UUID(new_id()).int for _ in range(2_000)]
    ever, always = 0, (1 << 80) - 1
    for one in ids:
        ever |= one
        always &= one

    assert len(set(ids)) == len(ids)
    assert (ever ^ always) & ((1 << 80) - 1) == ((1 << 80) - 1) & ~(0xF << 76) & ~(0b11 << 62)
