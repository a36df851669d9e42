"""Whatever somebody put on a partition, its readers read on."""

import gzip
from collections.abc import Callable, Sequence
from struct import pack_into
from typing import Any

import cramjam
import pytest
from aiokafka.codec import snappy_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder, _DefaultRecordBatchBuilderPy

from runtime.fetched import MOST_UNPACKED, Records

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
EVENT = (b"contract:HT1", b"{}", [("ce_id", b"1"), ("empty", None)])


class NoText(str):
    """A header name as other clients write it: any bytes."""

    __slots__ = ()

    def encode(self, *_: Any, **__: Any) -> bytes:
        """Not UTF-8."""
        return b"\xff\xfename"


NO_TEXT = (None, b"x", [(NoText("name"), b"1")])


def batch(records: Sequence[Any], *, base: int = 0, codec: int = 0) -> bytes:
    """A batch as it lies in Kafka."""
    odd = any(isinstance(name, NoText) for _, _, headers in records for name, _ in headers)
    build = _DefaultRecordBatchBuilderPy if odd else DefaultRecordBatchBuilder
    builder = build(2, codec, 0, -1, -1, -1, 1 << 30)
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, 1_000 + number, key, value, headers)
    made = bytearray(builder.build())
    pack_into(">q", made, 0, base)
    return bytes(made)


def read(content: bytes) -> list[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]]:
    """What a consumer gets of it."""
    records, found = Records(content), []
    while records.has_next():
        one = records.next_batch()
        assert one.validate_crc()
        found += [(record.offset, record.key, record.value, list(record.headers)) for record in one]
    return found


def test_a_header_name_that_is_no_text_is_read_with_escapes_and_all_around_it_as_ever() -> None:
    """DESIGN §7: it made aiokafka raise, in every reader of the partition, for good."""
    content = batch([EVENT, NO_TEXT, EVENT], base=7) + batch([EVENT], base=10)
    assert read(content) == [
        (7, *EVENT),
        (8, None, b"x", [("\\xff\\xfename", b"1")]),
        (9, *EVENT),
        (10, *EVENT),
    ]


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD])
def test_packed_batches_of_tools_that_copy_topics_are_read(codec: int) -> None:
    """DESIGN §7"""
    assert read(batch([EVENT, EVENT], base=3, codec=codec)) == [(3, *EVENT), (4, *EVENT)]


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD])
def test_a_batch_that_unpacks_to_more_than_any_of_ours_is_one_record_without_content(codec: int) -> None:
    """DESIGN §7: 1 MiB of gzip would be 1 GiB in each reader."""
    zeros = (b"k", bytes(MOST_UNPACKED + 1), [])
    assert read(batch([zeros], base=3, codec=codec) + batch([EVENT], base=4)) == [(3, None, None, []), (4, *EVENT)]


@pytest.mark.parametrize("pack", [gzip.compress, snappy_encode, cramjam.lz4.compress, cramjam.zstd.compress])
def test_a_batch_whose_content_is_no_records_is_one_record_without_content(pack: Callable[[bytes], bytes]) -> None:
    """DESIGN §7"""
    codec = {gzip.compress: GZIP, snappy_encode: SNAPPY, cramjam.lz4.compress: LZ4}.get(pack, ZSTD)
    made = batch([EVENT], codec=codec)
    broken = made[:61] + bytes(pack(b"no record at all"))
    [(offset, key, value, headers)] = _without_check(broken)
    assert (offset, key, value, headers) == (0, None, None, [])


def _without_check(content: bytes) -> list[Any]:
    made = bytearray(content)
    pack_into(">i", made, 8, len(made) - 12)
    [one] = [Records(bytes(made)).next_batch()]
    return [(record.offset, record.key, record.value, list(record.headers)) for record in one]


def test_a_batch_that_is_cut_off_waits_for_the_next_fetch() -> None:
    whole = batch([EVENT])
    records = Records(whole + whole[:-1])
    assert records.has_next()
    records.next_batch()
    assert not records.has_next()
    assert records.size_in_bytes() == 2 * len(whole) - 1
