"""What a file is, judged by its content alone: a name or a declared type proves nothing.

Four kinds are taken: JPEG, PNG and WebP photos, PDF papers. The first bytes name the kind (`filetype`); then the
structure is walked, so that a script behind a photo's first bytes, or half a photo, is told apart from a photo.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Literal

import filetype  # type: ignore[import-untyped]

MediaType = Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]

MAX_PIXELS = 100_000_000
"""A photo that claims more would fill the memory of whoever opens it; phones make 12 to 50 million."""

MAX_PARTS = 20_000
"""Segments or chunks of a photo; cameras write some hundred. Each costs a step, and a hostile file has millions."""

EXTENSIONS: Mapping[MediaType, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
"""File name endings of what we serve."""


def kind_of(content: bytes) -> MediaType | None:
    """The kind that the first bytes claim; None for anything that we do not take."""
    guessed = filetype.guess(content)
    for media_type in EXTENSIONS:
        if guessed is not None and guessed.mime == media_type:
            return media_type
    return None


def is_whole(content: bytes, media_type: MediaType) -> bool:
    """Whether the content is, from its first to its last part, what the first bytes claim."""
    try:
        return _WALKS[media_type](content)
    except (struct.error, IndexError):
        return False


def _jpeg(content: bytes) -> bool:
    """Segments up to the picture's data, with a frame of a sane size before it, and an end mark after it."""
    at, framed = 2, False
    for _ in range(MAX_PARTS):
        if content[at] != 0xFF:
            return False
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2:
            return False
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", content, at + 5)
            framed = _sane(width, height)
        if marker == 0xDA:
            return framed and content.find(b"\xff\xd9", at + 2 + length) > 0
        at += 2 + length
    return False


def _png(content: bytes) -> bool:
    """Chunks with right check sums, the header first, picture data between, the end last."""
    at = 8
    names: list[bytes] = []
    while at < len(content) and len(names) < MAX_PARTS:
        (length,) = struct.unpack_from(">I", content, at)
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(name + data) != checksum:
            return False
        if not names and (name != b"IHDR" or not _sane(*struct.unpack_from(">II", data))):
            return False
        names.append(name)
        at += 12 + length
        if name == b"IEND":
            break
    return at == len(content) and b"IDAT" in names and names[-1] == b"IEND"


def _webp(content: bytes) -> bool:
    """A RIFF container whose length is the file's, with one of the three picture chunks first."""
    (length,) = struct.unpack_from("<I", content, 4)
    name = content[12:16]
    (chunk,) = struct.unpack_from("<I", content, 16)
    if length + 8 != len(content) or 20 + chunk > len(content):
        return False
    if name == b"VP8X":
        wide, high = content[24:27], content[27:30]
        return len(high) == 3 and _sane(int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1)
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return content[23:26] == b"\x9d\x01\x2a" and _sane(width & 0x3FFF, height & 0x3FFF)
    if name == b"VP8L":
        (packed,) = struct.unpack_from("<I", content, 21)
        return content[20] == 0x2F and _sane((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
    return False


def _pdf(content: bytes) -> bool:
    """Header at the very start; the last part says where the cross references lie, and ends."""
    tail = content[-2048:]
    return content.startswith((b"%PDF-1.", b"%PDF-2.")) and b"startxref" in tail and b"%%EOF" in tail


def _sane(width: int, height: int) -> bool:
    return width > 0 and height > 0 and width * height <= MAX_PIXELS


_WALKS: Mapping[MediaType, Callable[[bytes], bool]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "application/pdf": _pdf,
}
