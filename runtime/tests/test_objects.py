"""The file store: what is taken, under which name, and that nothing else comes out again."""

import io
import struct
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import NotReady
from runtime.file_kinds import MAX_PARTS, MAX_PIXELS, is_whole, kind_of
from runtime.objects import FileDamaged, FileRef, FileRefused, Objects, hex_of, judge, open_objects
from runtime.settings import Settings


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 1, height: int = 1) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND")


def jpeg(width: int = 16, height: int = 8) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\x01\x01\x00\x00\x3f\x00"
    return (
        b"\xff\xd8"
        b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        b"\xff\xc0"
        + struct.pack(">H", len(frame) + 2)
        + frame
        + b"\xff\xda"
        + struct.pack(">H", len(scan) + 2)
        + scan
        + b"\x12\x34\xff\xd9"
    )


def webp(width: int = 4, height: int = 3) -> bytes:
    picture = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0"
    body = b"WEBPVP8L" + struct.pack("<I", len(picture)) + picture
    return b"RIFF" + struct.pack("<I", len(body)) + body


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
WHOLE = {
    "image/jpeg": jpeg(),
    "image/png": png(),
    "image/webp": webp(),
    "application/pdf": PDF,
}


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return open_objects(Settings(home=tmp_path))


def reason(content: bytes, *, max_bytes: int = 1 << 20) -> str:
    try:
        judge(content, WHOLE, max_bytes)  # type: ignore[arg-type]
    except FileRefused as refused:
        return refused.code
    return "taken"


@pytest.mark.parametrize("media_type", WHOLE)
async def test_a_file_is_kept_under_the_hash_of_its_content(objects: Objects, media_type: str) -> None:
    """D2, B13"""
    content = WHOLE[media_type]
    stored = await objects.put(content)
    assert stored == FileRef(sha256(content).hexdigest(), media_type, len(content))  # type: ignore[arg-type]
    assert await objects.get(stored.sha256) == content


async def test_a_png_of_a_real_writer_is_whole(objects: Objects) -> None:
    """D2"""
    made = io.BytesIO()
    segno.make("songda").save(made, kind="png")
    assert (await objects.put(made.getvalue())).media_type == "image/png"


async def test_putting_again_changes_nothing(objects: Objects, tmp_path: Path) -> None:
    """X1"""
    first = await objects.put(PDF)
    before = sorted(path for path in (tmp_path / "files").rglob("*"))
    assert (await objects.put(PDF), sorted((tmp_path / "files").rglob("*"))) == (first, before)


async def test_a_file_cut_off_by_a_crash_is_healed_by_putting_it_again(objects: Objects, tmp_path: Path) -> None:
    """X1"""
    stored = await objects.put(PDF)
    (tmp_path / "files" / "sha256" / stored.sha256[:2] / stored.sha256).write_bytes(PDF[:9])
    with pytest.raises(FileDamaged):
        await objects.get(stored.sha256)
    await objects.put(PDF)
    assert await objects.get(stored.sha256) == PDF


@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "ab" * 31, "", "sha256/ab", "ab" * 32])
async def test_what_is_no_hash_or_unknown_finds_nothing(objects: Objects, name: str) -> None:
    """C18"""
    assert await objects.get(name) is None


async def test_a_file_belongs_to_the_subjects_it_was_put_for(objects: Objects) -> None:
    """C18"""
    stored = await objects.put(PDF, subjects=("contract:HT26030001",))
    asked = ("contract:HT26030001", "contract:HT26030002", "../x", "contract:..")
    assert [await objects.belongs(stored.sha256, subject) for subject in asked] == [True, False, False, False]


async def test_a_subject_that_is_none_keeps_nothing(objects: Objects, tmp_path: Path) -> None:
    """C18"""
    with pytest.raises(ValueError, match="not a subject"):
        await objects.put(PDF, subjects=("contract:../../x",))
    assert list((tmp_path / "files").rglob("*")) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (PDF + b" " * 2_000_000, "file_too_large"),
        (b"<html><script>alert(1)</script>", "type_not_allowed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "type_not_allowed"),
        (b"MZ" + b"\0" * 300, "type_not_allowed"),
        (b"GIF89a" + b"\0" * 300, "type_not_allowed"),
        (b"PK\x03\x04" + b"\0" * 300, "type_not_allowed"),
        (b"\xff\xd8\xff<script>alert(1)</script>", "broken_file"),
        (png()[:-5], "broken_file"),
        (png() + b"<script>", "broken_file"),
        (png().replace(b"IDAT", b"IDAX"), "broken_file"),
        (png(0, 1), "broken_file"),
        (png(MAX_PIXELS, 2), "broken_file"),
        (jpeg()[:-2], "broken_file"),
        (jpeg(0, 8), "broken_file"),
        (jpeg(65_000, 65_000), "broken_file"),
        (jpeg()[:2] + b"\xff" * MAX_PARTS + jpeg()[2:], "broken_file"),
        (png()[:33] + MAX_PARTS * chunk(b"tEXt") + png()[33:], "broken_file"),
        (webp()[:-1], "broken_file"),
        (b"%PDF-1.4\nnothing more", "broken_file"),
        *((content, "taken") for content in WHOLE.values()),
    ],
)
def test_a_file_is_judged_by_its_content(content: bytes, code: str) -> None:
    """D2"""
    assert reason(content) == code


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_no_file_that_is_cut_short_is_whole(media_type: str, data: st.DataObject) -> None:
    """D2"""
    whole = WHOLE[media_type].rstrip()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    kind = kind_of(cut)
    assert kind is None or not is_whole(cut, kind)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"%PDF-1."]))
def test_whatever_bytes_come_are_judged_and_never_break(rest: bytes, head: bytes) -> None:
    """D2"""
    assert reason(head + rest) in {"taken", "empty_file", "type_not_allowed", "broken_file"}


@given(st.text(max_size=80))
def test_only_64_hex_digits_are_a_reference(text: str) -> None:
    """C18"""
    digits = hex_of(text)
    assert digits is None or (len(digits) == 64 and set(digits) <= set("0123456789abcdef"))


def test_a_reference_may_carry_its_prefix() -> None:
    """X1"""
    assert [hex_of("sha256:" + "ab" * 32), hex_of("ab" * 32), hex_of("md5:" + "ab" * 32)] == ["ab" * 32] * 2 + [None]


@pytest.mark.parametrize("where", ["s3://", "s3://bucket?key=secret"])
def test_a_setting_that_makes_no_sense_says_what_to_write(where: str) -> None:
    with pytest.raises(NotReady, match="SONGDA_FILES must be a folder or s3://bucket"):
        open_objects(Settings(files=where))


async def test_a_folder_may_be_named(tmp_path: Path) -> None:
    objects = open_objects(Settings(files=str(tmp_path / "elsewhere")))
    stored = await objects.put(PDF)
    assert (tmp_path / "elsewhere" / "sha256" / stored.sha256[:2] / stored.sha256).read_bytes() == PDF


async def test_a_bucket_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    objects = open_objects(Settings(files="s3://bucket/files?endpoint=http://127.0.0.1:9"))
    with pytest.raises(NotReady, match="the file store does not answer"):
        await objects.get("ab" * 32)
