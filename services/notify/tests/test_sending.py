"""Sending: a sender is asked once, what it says goes on record, and the file sender writes each message once."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.notify import Channel, MessageAttempted, MessageSent
from notify.domain.message import RecordFailed, RecordSent, message_id
from notify.senders.console_file import ConsoleFileSender
from notify.sending import NotSent, ResultUnknown, Sender, Sent, sending

NOW = datetime(2026, 3, 13, 17, 0, tzinfo=UTC)  # 01:00 of the 14th on the company's clocks
ID = message_id("cause-1", 1)
META = Meta("e1", "", "", f"message:{ID}", NOW, 2, "c", "c", "system", 0)
ATTEMPT = MessageAttempted(at=NOW, message_id=ID, attempt=2, channel="sms", to="13800001111", text="马娜您好")


class Scripted:
    """A sender that answers as told and remembers what it was asked."""

    def __init__(self, known: Sent | Exception | None, answer: Sent | NotSent | Exception) -> None:
        self.known, self.answer, self.asked = known, answer, list[str]()

    async def lookup(self, message_id: str) -> Sent | None:
        self.asked.append("lookup")
        if isinstance(self.known, Exception):
            raise self.known
        return self.known

    async def send(self, message_id: str, channel: Channel, to: str, text: str) -> Sent | NotSent:
        self.asked.append("send")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("sender", "command", "asked"),
    [
        (Scripted(None, Sent("p1")), RecordSent(attempt=2, provider_ref="p1"), ["lookup", "send"]),
        (Scripted(Sent("p0"), Sent("p1")), RecordSent(attempt=2, provider_ref="p0"), ["lookup"]),
        (
            Scripted(None, NotSent("no number", permanent=True)),
            RecordFailed(attempt=2, reason="no number", permanent=True),
            ["lookup", "send"],
        ),
        (
            Scripted(None, ResultUnknown("broken pipe")),
            RecordFailed(attempt=2, reason="unknown: broken pipe", permanent=False),
            ["lookup", "send"],
        ),
        (
            Scripted(ResultUnknown("away"), Sent("p1")),
            RecordFailed(attempt=2, reason="unknown: away", permanent=False),
            ["lookup"],
        ),
    ],
)
async def test_the_sender_is_asked_what_it_has_before_it_is_asked_to_send(
    sender: Scripted, command: Any, asked: list[str]
) -> None:
    """E4"""
    assert (await sending(sender)(ATTEMPT, META), sender.asked) == ((Ask(META.subject, command),), asked)


async def test_other_events_send_nothing() -> None:
    """E4"""
    sender = Scripted(None, Sent("p1"))
    event = MessageSent(at=NOW, message_id=ID, attempt=1, provider_ref="p")
    assert (await sending(sender)(event, META), sender.asked) == ((), [])


def file_sender(folder: Path) -> ConsoleFileSender:
    return ConsoleFileSender(folder, now=lambda: NOW)


def lines(folder: Path, day: str = "2026-03-14") -> list[str]:
    """Message ids of the day's file."""
    path = folder / f"{day}.jsonl"
    return [json.loads(line)["message_id"] for line in path.read_text("utf-8").splitlines()] if path.exists() else []


async def send(sender: Sender, known_as: str = ID, *, to: str = "13800001111") -> Sent | NotSent:
    return await sender.send(known_as, "sms", to, "马娜您好")


async def test_a_message_is_a_line_of_the_companys_day(tmp_path: Path) -> None:
    """E4"""
    sent = await send(file_sender(tmp_path))
    assert (sent, (tmp_path / "2026-03-14.jsonl").read_text("utf-8")) == (
        Sent(f"2026-03-14.jsonl#{ID}"),
        f'{{"message_id": "{ID}", "channel": "sms", "to": "13800001111", "text": "马娜您好",'
        ' "day": "2026-03-14", "sent_at": "2026-03-13T17:00:00+00:00"}\n',
    )


async def test_what_was_sent_is_found_again_by_another_process(tmp_path: Path) -> None:
    """E4"""
    before = await file_sender(tmp_path).lookup(ID)
    sent = await send(file_sender(tmp_path))
    assert (before, await file_sender(tmp_path).lookup(ID)) == (None, sent)


async def test_a_message_is_written_once_however_often_it_is_sent(tmp_path: Path) -> None:
    """E4"""
    answers = [await send(file_sender(tmp_path)) for _ in range(3)]
    assert (set(answers), lines(tmp_path)) == ({Sent(f"2026-03-14.jsonl#{ID}")}, [ID])


async def test_a_message_is_written_once_however_many_send_it_together(tmp_path: Path) -> None:
    """E4"""
    ids = [message_id(f"cause-{number}", 1) for number in range(5)]
    senders = [file_sender(tmp_path) for _ in range(4)]
    await asyncio.gather(*(send(sender, known_as) for known_as in ids for sender in senders))
    assert sorted(lines(tmp_path)) == sorted(ids)


SEND_MANY = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from notify.domain.message import message_id
from notify.senders.console_file import ConsoleFileSender

async def main():
    sender = ConsoleFileSender(Path(sys.argv[1]), now=lambda: datetime(2026, 3, 13, 17, 0, tzinfo=UTC))
    for number in range(20):
        await sender.send(message_id(f"cause-{number}", 1), "sms", "13800001111", "text")

asyncio.run(main())
"""


def test_a_message_is_written_once_by_several_processes(tmp_path: Path) -> None:
    """E4"""
    runs = [
        subprocess.Popen([sys.executable, "-c", SEND_MANY, str(tmp_path)], stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert sorted(lines(tmp_path)) == sorted(message_id(f"cause-{number}", 1) for number in range(20))


@pytest.mark.parametrize("left", [b"", b'{"message_id": "other", "text": "to'])
async def test_a_crash_before_the_line_was_written_or_while_it_was_is_made_good(tmp_path: Path, left: bytes) -> None:
    """E4"""
    sent = await send(file_sender(tmp_path))
    whole = (tmp_path / "2026-03-14.jsonl").read_bytes()
    (tmp_path / "2026-03-14.jsonl").write_bytes(left)
    assert [await file_sender(tmp_path).lookup(ID), await send(file_sender(tmp_path))] == [sent, sent]
    after = (tmp_path / "2026-03-14.jsonl").read_bytes()
    assert after == (left + b"\n" + whole if left else whole)


async def test_a_line_that_lost_only_its_end_of_line_is_not_written_again(tmp_path: Path) -> None:
    """E4"""
    await send(file_sender(tmp_path))
    path = tmp_path / "2026-03-14.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    await send(file_sender(tmp_path))
    await send(file_sender(tmp_path), message_id("cause-2", 1))
    assert lines(tmp_path) == [ID, message_id("cause-2", 1)]


@pytest.mark.parametrize("to", ["", "品牌群", "12", "138-0000-1111; rm"])
async def test_what_is_no_telephone_number_is_refused_for_good(tmp_path: Path, to: str) -> None:
    """E4"""
    refused = await send(file_sender(tmp_path), to=to)
    assert (refused, lines(tmp_path)) == (NotSent("no telephone number", permanent=True), [])


async def test_an_id_that_is_none_names_no_file(tmp_path: Path) -> None:
    """E4"""
    sender = file_sender(tmp_path)
    assert [await sender.lookup("../../x"), await send(sender, "../../x")] == [
        None,
        NotSent("message id is no UUID", permanent=True),
    ]


async def test_a_folder_that_cannot_be_written_leaves_the_result_unknown(tmp_path: Path) -> None:
    """E4"""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultUnknown, match="Error"):
        await send(file_sender(tmp_path / "file"))


async def test_only_their_owner_reads_the_files(tmp_path: Path) -> None:
    """C18"""
    await send(file_sender(tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


async def test_the_log_line_names_neither_the_customer_nor_the_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """C18"""
    await send(file_sender(tmp_path))
    said = "".join(capsys.readouterr())
    assert ("138****1111" in said, "13800001111" in said, "马娜" in said) == (True, False, False)
