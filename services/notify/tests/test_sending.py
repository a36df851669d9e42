"""Sending: a provider is asked once and by one process, what it says goes on record; the file sender writes once."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import Meta
from contracts.notify import MessageAttempted, MessageReady, ProviderQueried, Word
from notify.main import build
from notify.message.attempts import PostponeMessage, RecordFailed, RecordSent, StartAttempt
from notify.message.receipts import RecordNoReceipt, RecordReceipt
from notify.message.request import message_id
from notify.message.unknown import RecordNoAnswer, RecordNotFound, RecordUnknown
from notify.senders.console_file import ConsoleFileSender
from notify.sending import (
    CLAIM_SECONDS,
    Absent,
    CannotSay,
    Known,
    NotTaken,
    Pace,
    Parcel,
    Question,
    ResultUnknown,
    Sending,
    Taken,
)
from runtime.decision import Ask

NOW = datetime(2026, 3, 13, 17, 0, tzinfo=UTC)  # 01:00 of the 14th on the company's clocks
ID = message_id("cause-1", 1)
META = Meta("e1", "", "", f"message:{ID}", NOW, 2, "c", "c", "system", 0)
READY = MessageReady(at=NOW, message_id=ID, attempt=1, tries=1)
ATTEMPT = MessageAttempted(
    at=NOW,
    message_id=ID,
    attempt=1,
    channel="sms",
    to="13800001111",
    text="马娜您好",
    template=1,
    words=(Word(name="name", value="马娜"),),
    sending_id=f"{ID}-7",
)
QUERY = ProviderQueried(
    at=NOW,
    message_id=ID,
    purpose="result",
    asked=2,
    attempt=3,
    channel="sms",
    to="13800001111",
    topic="",
    provider_ref="",
    sending_id=f"{ID}-7",
    since=NOW,
)
RECEIPT = QUERY.model_copy(update={"purpose": "receipt", "provider_ref": "p1"})
PARCEL = Parcel(
    sending_id=f"{ID}-7",
    channel="sms",
    topic="",
    template=1,
    to="13800001111",
    text="马娜您好",
    words={"name": "马娜"},
)


class Scripted:
    """A provider that answers as told and remembers what it was given."""

    def __init__(self, answer: Any, *, askable: bool = True) -> None:
        self.answer, self.askable, self.given = answer, askable, list[Any]()

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        return self._answered(parcel)

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        return self._answered(question)

    def _answered(self, given: Any) -> Any:
        self.given.append(given)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def sending(provider: Scripted, clock: Clock | None = None) -> Sending:
    return Sending({"sms": provider, "group": provider, "fax": provider}, monotonic=clock or Clock())


async def claimed(process: Sending) -> MessageAttempted:
    """The attempt that a process has claimed."""
    (ask,) = await process.claim(READY, META)
    assert isinstance(ask.command, StartAttempt)
    return ATTEMPT.model_copy(update={"claim": ask.command.claim})


@pytest.mark.parametrize(
    ("answer", "command"),
    [
        (Taken("p1"), RecordSent(attempt=1, provider_ref="p1")),
        (Taken("p1", receipts=True), RecordSent(attempt=1, provider_ref="p1", receipts=True)),
        (NotTaken("no number", permanent=True), RecordFailed(attempt=1, reason="no number", permanent=True)),
        (ResultUnknown("broken pipe"), RecordUnknown(attempt=1, reason="broken pipe", askable=True)),
        (TimeoutError(), RecordUnknown(attempt=1, reason="no answer within 15 s", askable=True)),
    ],
)
async def test_what_a_provider_says_goes_on_record(answer: Any, command: Any) -> None:
    """E4"""
    provider = Scripted(answer)
    process = sending(provider)
    asks = await process.send(await claimed(process), META)
    assert (asks, provider.given) == ((Ask(META.subject, command),), [PARCEL])


@pytest.mark.parametrize("askable", [True, False])
async def test_an_attempt_that_another_process_claimed_is_left_alone_and_its_result_is_unknown(
    *, askable: bool
) -> None:
    """E4"""
    provider = Scripted(Taken("p1"), askable=askable)
    attempt = await claimed(sending(provider))
    asks = await sending(provider).send(attempt, META)
    command = RecordUnknown(attempt=1, reason="interrupted", askable=askable)
    assert (asks, provider.given) == ((Ask(META.subject, command),), [])


async def test_a_claim_is_good_for_one_attempt() -> None:
    """E4"""
    provider = Scripted(Taken("p1"))
    process = sending(provider)
    attempt = await claimed(process)
    commands = [(await process.send(attempt, META))[0].command for _ in range(2)]
    assert ([type(command) for command in commands], len(provider.given)) == ([RecordSent, RecordUnknown], 1)


async def test_a_claim_that_waited_too_long_sends_nothing_and_that_is_certain() -> None:
    """E4"""
    provider, clock = Scripted(Taken("p1")), Clock()
    process = sending(provider, clock)
    attempt = await claimed(process)
    clock.seconds += CLAIM_SECONDS + 1
    (ask,) = await process.send(attempt, META)
    assert (ask.command, provider.given) == (
        RecordFailed(attempt=1, reason="waited too long for its turn", permanent=False),
        [],
    )


async def test_a_provider_that_has_enough_for_this_minute_is_not_asked() -> None:
    """E4: the group's robot takes 20 a minute (policy)."""
    provider, clock = Scripted(Taken("p1")), Clock()
    process = sending(provider, clock)
    commands = []
    for _ in range(21):
        attempt = (await claimed(process)).model_copy(update={"channel": "group"})
        (ask,) = await process.send(attempt, META)
        commands.append(ask.command)
        clock.seconds += 1
    assert (commands[20], len(provider.given)) == (PostponeMessage(attempt=1, seconds=41), 20)


def test_a_pace_has_room_again_when_a_minute_has_passed() -> None:
    """E4"""
    pace = Pace(2)
    assert [pace.wait(now) for now in (0.0, 10.0, 15.0, 59.0, 60.0, 61.0, 70.0)] == [0, 0, 45, 1, 0, 9, 0]


@pytest.mark.parametrize(
    ("event", "answer", "commands"),
    [
        (QUERY, Known("p1", receipts=True), (RecordSent(attempt=3, provider_ref="p1", receipts=True),)),
        (QUERY, Absent(), (RecordNotFound(asked=2),)),
        (QUERY, CannotSay(), (RecordNoAnswer(asked=2, reason="provider keeps no record", askable=False),)),
        (QUERY, ResultUnknown("away"), (RecordNoAnswer(asked=2, reason="away", askable=True),)),
        (
            QUERY,
            Known("p1", delivered=True, at=NOW),
            (RecordReceipt(at=NOW, delivered=True, provider_ref="p1"),),
        ),
        (
            RECEIPT,
            Known("p1", delivered=False, reason="UNDELIV"),
            (RecordReceipt(delivered=False, provider_ref="p1", reason="UNDELIV"),),
        ),
        (RECEIPT, Known("p1"), (RecordNoReceipt(asked=2),)),
        (RECEIPT, Absent(), (RecordNoReceipt(asked=2),)),
        (RECEIPT, ResultUnknown("away"), (RecordNoReceipt(asked=2),)),
    ],
)
async def test_what_a_provider_answers_about_a_message_goes_on_record(
    event: ProviderQueried, answer: Any, commands: tuple[Any, ...]
) -> None:
    """E4"""
    provider = Scripted(answer)
    asks = await sending(provider).query(event, META)
    question = Question(f"{ID}-7", "13800001111", NOW, event.provider_ref)
    assert (asks, provider.given) == (tuple(Ask(META.subject, command) for command in commands), [question])


def test_other_events_do_nothing(tmp_path: Path) -> None:
    """E4: each step is told of its own event alone."""
    effects = build(tmp_path).effects
    assert {effect.name: effect.events for effect in effects} == {
        "notify.claim": (MessageReady,),
        "notify.send": (MessageAttempted,),
        "notify.query": (ProviderQueried,),
    }


async def test_a_fax_goes_its_own_way() -> None:
    """E5"""
    group, fax = Scripted(Taken("g")), Scripted(Taken("f"))
    process = Sending({"sms": group, "group": group, "fax": fax}, monotonic=Clock())
    attempt = (await claimed(process)).model_copy(update={"channel": "group", "topic": "fax"})
    (ask,) = await process.send(attempt, META)
    assert (ask.command, group.given) == (RecordSent(attempt=1, provider_ref="f"), [])


def file_sender(folder: Path) -> ConsoleFileSender:
    return ConsoleFileSender(folder, now=lambda: NOW)


def lines(folder: Path, day: str = "2026-03-14") -> list[str]:
    """Message ids of the day's file."""
    path = folder / f"{day}.jsonl"
    return [json.loads(line)["message_id"] for line in path.read_text("utf-8").splitlines()] if path.exists() else []


async def send(sender: ConsoleFileSender, known_as: str = ID, *, to: str = "13800001111") -> Taken | NotTaken:
    parcel = Parcel(sending_id=known_as, channel="sms", topic="", template=1, to=to, text="马娜您好", words={})
    return await sender.send(parcel)


async def ask(sender: ConsoleFileSender, known_as: str = ID) -> Known | Absent | CannotSay:
    return await sender.ask(Question(known_as, "13800001111", NOW, ""))


async def test_a_message_is_a_line_of_the_companys_day(tmp_path: Path) -> None:
    """E4"""
    sent = await send(file_sender(tmp_path))
    assert (sent, (tmp_path / "2026-03-14.jsonl").read_text("utf-8")) == (
        Taken(f"2026-03-14.jsonl#{ID}"),
        f'{{"message_id": "{ID}", "channel": "sms", "to": "13800001111", "text": "马娜您好",'
        ' "day": "2026-03-14", "sent_at": "2026-03-13T17:00:00+00:00"}\n',
    )


async def test_what_was_sent_is_found_again_by_another_process(tmp_path: Path) -> None:
    """E4"""
    before = await ask(file_sender(tmp_path))
    await send(file_sender(tmp_path))
    assert (before, await ask(file_sender(tmp_path))) == (Absent(), Known(f"2026-03-14.jsonl#{ID}"))


async def test_a_message_is_written_once_however_often_it_is_sent(tmp_path: Path) -> None:
    """E4"""
    answers = [await send(file_sender(tmp_path)) for _ in range(3)]
    assert (set(answers), lines(tmp_path)) == ({Taken(f"2026-03-14.jsonl#{ID}")}, [ID])


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
from notify.message.request import message_id
from notify.senders.console_file import ConsoleFileSender
from notify.sending import Parcel

async def main():
    sender = ConsoleFileSender(Path(sys.argv[1]), now=lambda: datetime(2026, 3, 13, 17, 0, tzinfo=UTC))
    for number in range(20):
        known_as = message_id(f"cause-{number}", 1)
        await sender.send(Parcel(known_as, "sms", "", 1, "13800001111", "text", {}))

asyncio.run(main())
"""


def test_a_message_is_written_once_by_several_processes(tmp_path: Path) -> None:
    """E4"""
    runs = [
        subprocess.Popen([sys.executable, "-c", SEND_MANY, str(tmp_path)], stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert sorted(lines(tmp_path)) == sorted(message_id(f"cause-{number}", 1) for number in range(20))


@pytest.mark.parametrize("left", [b"", b'{"message_id": "other", "text": "to'])
async def test_a_crash_before_the_line_was_written_or_while_it_was_is_made_good(tmp_path: Path, left: bytes) -> None:
    """E4"""
    sent = await send(file_sender(tmp_path))
    whole = (tmp_path / "2026-03-14.jsonl").read_bytes()
    (tmp_path / "2026-03-14.jsonl").write_bytes(left)
    known = Known(f"2026-03-14.jsonl#{ID}")
    assert [await ask(file_sender(tmp_path)), await send(file_sender(tmp_path))] == [known, sent]
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
    assert (refused, lines(tmp_path)) == (NotTaken("no telephone number", permanent=True), [])


async def test_an_id_that_is_none_names_no_file(tmp_path: Path) -> None:
    """E4"""
    sender = file_sender(tmp_path)
    assert [await ask(sender, "../../x"), await send(sender, "../../x")] == [
        Absent(),
        NotTaken("message id is no UUID", permanent=True),
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
