"""Records as a fetch brings them, in place of aiokafka's own reading: whatever somebody put there, it is a record.

aiokafka raises on a header name that is no UTF-8 (any client but Java's may write one), and unpacks a compressed batch
whatever comes of it (1 MiB of gzip may hold 1 GiB). Either would stop every reader of the partition, again at each
start. Here such a name is read as text with escapes, and a batch that cannot be unpacked within bounds is one record
without key, value and headers: it is no event, no command and no answer, so all readers pass over it.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from struct import unpack_from
from typing import Any

import cramjam
from aiokafka.codec import snappy_decode
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.util import decode_varint

MOST_UNPACKED = 16 << 20
"""Bytes of a batch. Ours are not packed and at most 2 MiB; tools that copy topics pack batches of their own size."""

_BEFORE_LENGTH, _HEAD = 8, 12  # bytes of a batch: its offset, then its length, which does not count the two
_BEFORE_COUNT, _BEFORE_RECORDS = 57, 61
_CODEC = 0x07  # of a batch's attributes: which codec
_LONGEST_NUMBER = 10  # bytes
_APPENDED = 1  # timestamp type: the broker's clock


def _by_zlib(packed: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(packed, MOST_UNPACKED + 1)


def _by(decompress_into: Callable[[bytes, bytearray], int]) -> Callable[[bytes], bytes]:
    """Into a buffer that is as large as it may become; raises when it does not fit."""

    def unpack(packed: bytes) -> bytes:
        room = bytearray(MOST_UNPACKED)
        return bytes(memoryview(room)[: decompress_into(packed, room)])

    return unpack


_UNPACKERS: Mapping[int, Callable[[bytes], bytes]] = {
    0: lambda packed: packed,
    1: _by_zlib,
    2: snappy_decode,  # at most some 20 times its size
    3: _by(cramjam.lz4.decompress_into),
    4: _by(cramjam.zstd.decompress_into),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as aiokafka's consumers expect it. `timestamp`: milliseconds since 1970."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    checksum: None = None


class Batch:
    """One batch: aiokafka's own, but for its records."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._batch = DefaultRecordBatch(raw)
        self.is_control_batch = self._batch.is_control_batch
        self.is_transactional = self._batch.is_transactional
        self.producer_id = self._batch.producer_id
        self.base_offset = self._batch.base_offset
        self.next_offset = self._batch.next_offset

    def validate_crc(self) -> bool:
        """Whether it is what was written."""
        return self._batch.validate_crc()

    def __next__(self) -> Any:
        return next(self._batch)  # asked of control batches alone

    def __iter__(self) -> Iterator[Any]:
        done, whole = 0, False
        if not self._batch.attributes & _CODEC:
            with suppress(Exception):  # whatever it is, it is read once more below
                for record in self._batch:
                    yield record
                    done += 1
                whole = True
        if not whole:
            try:
                for record in islice(self._leniently(), done, None):
                    yield record
                    done += 1
            except Exception:  # noqa: BLE001 - cramjam, zlib and a broken record raise errors of their own each
                offset = min(self.base_offset + done, self.next_offset - 1)
                yield Record(offset, self._batch.max_timestamp, self._batch.timestamp_type, None, None, [])

    def _leniently(self) -> Iterator[Record]:
        """Record by record (Kafka's record format v2): length, attributes, time, offset, key, value, headers."""
        batch, kind = self._batch, self._batch.timestamp_type
        content = bytearray(_UNPACKERS[batch.attributes & _CODEC](self._raw[_BEFORE_RECORDS:]))
        size, at = len(content), 0
        if size > MOST_UNPACKED:
            raise ValueError(f"a batch of more than {MOST_UNPACKED} bytes")
        content += bytes(_LONGEST_NUMBER)  # aiokafka's number reader does not look where its buffer ends

        def number() -> int:
            nonlocal at
            found, at = decode_varint(content, at)
            if at > size:
                raise ValueError("a record that ends before its parts")
            return found

        def part() -> bytes | None:
            nonlocal at
            length = number()
            if length < 0:
                return None
            at += length
            if at > size:
                raise ValueError("a record that ends before its parts")
            return bytes(content[at - length : at])

        (count,) = unpack_from(">i", self._raw, _BEFORE_COUNT)
        for _ in range(count):
            end = number()
            end += at
            at += 1  # attributes: none are in use
            time, offset = batch.first_timestamp + number(), self.base_offset + number()
            time = batch.max_timestamp if kind == _APPENDED else time
            key, value, names = part(), part(), number()
            headers = [((part() or b"").decode("utf-8", "backslashreplace"), part()) for _ in range(names)]
            if at != end or not self.base_offset <= offset < self.next_offset:
                raise ValueError("a record that is not as long as it says, or not of its batch")
            yield Record(offset, time, kind, key, value, headers)


class Records:
    """What was fetched of one partition, batch by batch. The last batch may be cut off."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._at = 0

    def size_in_bytes(self) -> int:
        """Of all of it."""
        return len(self._content)

    def has_next(self) -> bool:
        """Whether another whole batch is there."""
        return self._end() is not None

    def next_batch(self) -> Batch:
        """The next one; `has_next()` was asked."""
        start, end = self._at, self._end()
        assert end is not None, "has_next() first"
        self._at = end
        return Batch(bytes(self._content[start:end]))

    def _end(self) -> int | None:
        if len(self._content) - self._at < _HEAD:
            return None
        (length,) = unpack_from(">i", self._content, self._at + _BEFORE_LENGTH)
        end = self._at + _HEAD + int(length)
        return end if end <= len(self._content) else None


def read_leniently() -> None:
    """Have aiokafka's consumers read by this. `kafka` does, before it makes the first."""
    vars(fetcher)["MemoryRecords"] = Records
