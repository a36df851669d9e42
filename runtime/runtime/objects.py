"""Files (photos, signatures, papers): a content-addressed store. The name of a file is the SHA-256 of its content.

Events hold references `sha256:<hex>`; the same content is kept once, and nothing is ever overwritten by something
else. Where: a folder (default `<home>/files`), or an S3-compatible bucket, by SONGDA_FILES:
`s3://bucket/prefix?endpoint=https://...&region=...`, with credentials from the environment (AWS_ACCESS_KEY_ID, ...).

    files/sha256/ab/abcd...      the content
    files/subjects/abcd.../...   one empty mark per subject (contract, ticket, person) that the file belongs to
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from runtime.errors import NotReady
from runtime.file_kinds import EXTENSIONS, MediaType, is_whole, kind_of
from runtime.settings import Settings

HEX = re.compile(r"[0-9a-f]{64}")
SUBJECT = re.compile(r"[a-z]{2,20}:[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

ObjectStore = LocalStore | S3Store
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file: SHA-256 (64 lower-case hex digits), media type as its content shows, size in bytes."""

    sha256: str
    media_type: MediaType
    size: int

    @property
    def ref(self) -> str:
        """How events name it."""
        return f"sha256:{self.sha256}"


class FileRefused(Exception):
    """A file that is not taken. `code`: empty_file, file_too_large, type_not_allowed, broken_file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FileDamaged(Exception):
    """What lies under a name is not what was put there: the disk or the bucket was tampered with or failed."""


def hex_of(ref: str) -> str | None:
    """The digits of `sha256:<hex>` or `<hex>`; None for what is no reference (and so never a path)."""
    digits = ref.removeprefix("sha256:")
    return digits if HEX.fullmatch(digits) else None


def judge(content: bytes, allowed_types: Iterable[MediaType], max_bytes: int) -> MediaType:
    """The kind of a file that may be taken. Raises `FileRefused`."""
    if not content:
        raise FileRefused("empty_file")
    if len(content) > max_bytes:
        raise FileRefused("file_too_large")
    media_type = kind_of(content)
    if media_type is None or media_type not in allowed_types:
        raise FileRefused("type_not_allowed")
    if not is_whole(content, media_type):
        raise FileRefused("broken_file")
    return media_type


class Objects:
    """The store. Putting is atomic (whole or not at all), and putting again changes nothing."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(
        self,
        content: bytes,
        *,
        allowed_types: Iterable[MediaType] = tuple(EXTENSIONS),
        max_bytes: int = 10 << 20,
        subjects: Iterable[str] = (),
    ) -> FileRef:
        """Keep a file, and note whose it is. Raises `FileRefused`; ValueError for a subject that is none."""
        marks = tuple(subjects)
        if bad := [subject for subject in marks if not SUBJECT.fullmatch(subject)]:
            raise ValueError(f"not a subject (kind:id): {bad[0]!r}")
        return await self._do(lambda: self._judge_and_keep(content, tuple(allowed_types), max_bytes, marks))

    async def get(self, name: str) -> bytes | None:
        """The content under a SHA-256, or None. Raises `FileDamaged` when it is not what was put there."""
        if not HEX.fullmatch(name):
            return None
        return await self._do(lambda: self._read(name))

    async def holds(self, name: str) -> bool:
        """Whether there is a file under a SHA-256."""
        return HEX.fullmatch(name) is not None and await self._do(lambda: self._size(_path(name))) is not None

    async def belongs(self, name: str, subject: str) -> bool:
        """Whether the file was put for this subject."""
        if not HEX.fullmatch(name) or not SUBJECT.fullmatch(subject):
            return False
        return await self._do(lambda: self._size(_mark(name, subject))) is not None

    def _judge_and_keep(
        self, content: bytes, allowed_types: tuple[MediaType, ...], max_bytes: int, subjects: tuple[str, ...]
    ) -> FileRef:
        media_type = judge(content, allowed_types, max_bytes)
        name = sha256(content).hexdigest()
        self._keep(name, content, subjects)
        return FileRef(name, media_type, len(content))

    def _keep(self, name: str, content: bytes, subjects: tuple[str, ...]) -> None:
        """Marks come last: whoever finds a mark finds the file."""
        if self._size(_path(name)) != len(content):  # absent, or cut off by a crash of the disk
            obstore.put(self._store, _path(name), content)
        for subject in subjects:
            obstore.put(self._store, _mark(name, subject), b"")

    def _read(self, name: str) -> bytes | None:
        try:
            content = bytes(obstore.get(self._store, _path(name)).bytes())
        except FileNotFoundError:
            return None
        if sha256(content).hexdigest() != name:
            raise FileDamaged(name)
        return content

    def _size(self, path: str) -> int | None:
        try:
            return obstore.head(self._store, path)["size"]
        except FileNotFoundError:
            return None

    async def _do(self, work: Callable[[], T]) -> T:
        """In a thread: the library's own asynchronous calls can abort an interpreter that is about to exit, and to
        hash ten megabytes takes a while."""
        try:
            return await asyncio.to_thread(work)
        except (BaseError, OSError) as error:
            raise NotReady(f"the file store does not answer ({type(error).__name__}): see SONGDA_FILES") from error


def open_objects(settings: Settings) -> Objects:
    """The store that the settings name. Opens no connection. Raises `NotReady` for a setting that makes no sense."""
    where = settings.files or str(settings.home / "files")
    if not where.startswith("s3://"):
        return Objects(LocalStore(Path(where).resolve(), mkdir=True))
    parts = urlsplit(where)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if not parts.netloc or not given.keys() <= {"endpoint", "region"}:
        raise NotReady("SONGDA_FILES must be a folder or s3://bucket/prefix?endpoint=https://...&region=...")
    endpoint = given.get("endpoint")
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config={"region": given.get("region", "us-east-1"), **({"endpoint": endpoint} if endpoint else {})},
        client_options={"allow_http": (endpoint or "").startswith("http://"), "timeout": "20s"},
        retry_config={"max_retries": 2},
    )
    return Objects(store)


def _path(name: str) -> str:
    return f"sha256/{name[:2]}/{name}"


def _mark(name: str, subject: str) -> str:
    return f"subjects/{name}/{subject.replace(':', '/')}"
