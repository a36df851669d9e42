"""Sender of the local stack: messages go into a file of the day, and a masked line into the log.

Layout: `<folder>/<yyyy-mm-dd>.jsonl`, one JSON line per message, and `<folder>/ids/<message id>` with the same line.
The id file comes into being whole and once (link), and is what "sent" means; the line of the day follows it, also after
a crash between the two. A lock makes several processes take turns.
"""

import asyncio
import errno
import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from company.masking import mask_phone
from contracts.civil_time import civil_day
from contracts.notify import Channel
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Taken
from runtime.clock import utc_now
from runtime.logs import get_log

log = get_log("notify.senders.console_file")

_ID = re.compile(r"[0-9a-f-]{36}(-[0-9]{1,4})?")
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
OWNER_ONLY = 0o600
"""The files hold names and numbers of customers (C18)."""


class ConsoleFileSender:
    """Writes each message once, however often and from however many processes it is asked."""

    askable = True

    def __init__(self, folder: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._ids = folder / "ids"
        self._now = now

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Write the message down; a second time changes nothing. Refuses for good what is no telephone number."""
        if not _ID.fullmatch(parcel.sending_id):
            return NotTaken("message id is no UUID", permanent=True)
        if parcel.channel == "sms" and not _NUMBER.fullmatch(parcel.to.strip()):
            return NotTaken("no telephone number", permanent=True)
        return await asyncio.to_thread(self._guarded, parcel.sending_id, (parcel.channel, parcel.to, parcel.text))

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        """Whether the message was written down."""
        if not _ID.fullmatch(question.sending_id):
            return Absent()
        found = await asyncio.to_thread(self._look, question.sending_id)
        return Absent() if found is None else Known(found.provider_ref)

    def _look(self, message_id: str) -> Taken | None:
        try:
            with self._turn():
                return self._settled(message_id)
        except OSError as error:
            raise ResultUnknown(f"{type(error).__name__}: {error.strerror}") from error

    def _guarded(self, message_id: str, letter: tuple[Channel, str, str]) -> Taken:
        try:
            with self._turn():
                known = self._settled(message_id)
                return known or self._write(message_id, *letter)
        except OSError as error:
            raise ResultUnknown(f"{type(error).__name__}: {error.strerror}") from error

    def _write(self, message_id: str, channel: Channel, to: str, text: str) -> Taken:
        now = self._now()
        entry = {
            "message_id": message_id,
            "channel": channel,
            "to": to,
            "text": text,
            "day": civil_day(now).isoformat(),
            "sent_at": now.isoformat(),
        }
        draft = self._ids / f".{message_id}.{os.getpid()}"
        _write_whole(draft, _line(entry))
        try:
            os.link(draft, self._ids / message_id)
        except FileExistsError:  # somebody without our lock was first: theirs counts
            return self._settled(message_id) or self._sent(entry)
        finally:
            draft.unlink()
        self._append(entry)
        receiver = mask_phone(to) if channel == "sms" else to
        log.info("message sent", channel=channel, receiver=receiver, message_id=message_id, characters=len(text))
        return self._sent(entry)

    def _settled(self, message_id: str) -> Taken | None:
        """A message that was written before, with its line of the day made good if a crash came between."""
        try:
            entry = json.loads((self._ids / message_id).read_bytes())
        except FileNotFoundError:
            return None
        if not _has(self._day_file(entry), message_id):
            self._append(entry)
        return self._sent(entry)

    def _append(self, entry: dict[str, Any]) -> None:
        with _owned(self._day_file(entry), os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
            size = os.fstat(file).st_size
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            _put(file, (b"\n" if torn else b"") + _line(entry))

    def _day_file(self, entry: dict[str, Any]) -> Path:
        return self._folder / f"{entry['day']}.jsonl"

    def _sent(self, entry: dict[str, Any]) -> Taken:
        return Taken(provider_ref=f"{entry['day']}.jsonl#{entry['message_id']}")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._ids.mkdir(parents=True, exist_ok=True)
        with _owned(self._folder / ".lock", os.O_RDWR | os.O_CREAT) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed, by a crash too
            yield


@contextmanager
def _owned(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags, OWNER_ONLY)
    try:
        yield file
    finally:
        os.close(file)


def _write_whole(path: Path, content: bytes) -> None:
    with _owned(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
        _put(file, content)


def _put(file: int, content: bytes) -> None:
    if os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _has(day_file: Path, message_id: str) -> bool:
    """Whether the day's file has the message's line, whole."""
    try:
        lines = day_file.read_bytes().splitlines()
    except FileNotFoundError:
        return False
    wanted = f'{{"message_id": "{message_id}"'.encode()
    return any(line.startswith(wanted) and _is_whole(line) for line in lines)


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:  # a crash or a full disk tore it
        return False
    return True
