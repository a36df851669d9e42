"""`songda ops parked`: what readers could not take, and what a person decides about it (DESIGN §7).

A read model keeps what is parked beside its rows, and is tried again by this command itself. Reactions, effects and
workers tell the log `songda.parked`; they follow it, and do there what is written here.
"""

import asyncio
import getpass
import json
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from company.people import read_people
from contracts.civil_time import SHANGHAI
from runtime import kafka
from runtime.clock import utc_now
from runtime.mongo import connect
from runtime.parked_log import read_log, read_notes, tell
from runtime.parked_rows import retry_rows
from runtime.parking import Act, Note, Parked, to_document
from runtime.rows import Rows
from runtime.service import Projection
from runtime.settings import Settings
from runtime.stray_list import listed
from runtime.window import reader_of
from songda.local import local_settings

Found = TypeVar("Found")

ANSWER_SECONDS = 30.0
"""How long a reader that follows the log is given to try again; it may be waiting for a server, or not be running."""

ops = typer.Typer(no_args_is_help=True, help="运维 Operations.")
parked = typer.Typer(
    no_args_is_help=True, help="搁置的数据：看、重试、跳过 What readers could not take: list, show, retry, skip."
)
ops.add_typer(parked, name="parked")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Subject = Annotated[str, typer.Argument(help="聚合编号 aggregate id, e.g. contract:HT26030001")]
OfReader = Annotated[
    str | None, typer.Option("--reader", help='只对这个读者 only this reader, e.g. "projection contracts"')
]
AsPerson = Annotated[
    str | None, typer.Option("--as", help="谁决定的 who decides: a person's id; else the user of this machine")
]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 machine-readable")]


@parked.command("list")
def list_parked(reader: OfReader = None, as_json: AsJson = False) -> None:
    """列出搁置的数据 List every aggregate that waits, for which reader, at which event and why; and stray records."""
    found, strays = _run(_all_there_is(local_settings(), reader))
    if as_json:
        print(json.dumps({"parked": [to_document(one) for one in found], "strays": strays}, ensure_ascii=False))
        return
    table = Table("读者 reader", "聚合 aggregate", "原因 kind", "事件 event", "位置 place", "自 since", "错误 error")
    for one in found:
        event = f"{one.type} #{one.sequence}"
        table.add_row(*map(escape, (one.reader, one.subject, one.kind, event, _place(one), _clock(one), one.error)))
    if found:
        out.print(table)
    out.print(f"搁置 {len(found)} 个聚合。 {len(found)} aggregates are parked.")
    if strays:
        table = Table("外来记录 stray record", "时间 at", "为何 why")
        for stray in strays:
            table.add_row(*map(escape, (stray["_id"], stray["at"], stray["why"])))
        out.print(table)
        out.print(f"外来记录 {len(strays)} 条，都已越过。 {len(strays)} stray records were passed over.")


@parked.command("show")
def show_parked(subject: Subject, reader: OfReader = None) -> None:
    """查看一个搁置的聚合 Show all that is known of one aggregate that waits; its history: songda events."""
    for one in _run(_these(local_settings(), subject, reader)):
        for name, value in to_document(one).items():
            out.print(f"{name:10} {value}", markup=False, soft_wrap=True)
        out.print()


@parked.command("retry")
def retry_parked(
    subject: Annotated[str | None, typer.Argument(help="聚合编号 aggregate id")] = None,
    every: Annotated[bool, typer.Option("--all", help="全部 all that are parked")] = False,
    reader: OfReader = None,
    person: AsPerson = None,
) -> None:
    """再试一次 Try again, after a fix: only what is parked is read anew. Exit code 1 when something still waits."""
    if (subject is None) is not every:
        _fail("请给聚合编号，或者 --all。Name an aggregate, or say --all.")
    settings = local_settings()
    by = _who(settings, person)

    async def again() -> bool:
        found = await (_all_parked(settings, reader) if subject is None else _these(settings, subject, reader))
        return await _go_on(settings, "retry", found, by, "")

    raise typer.Exit(0 if _run(again()) else 1)


@parked.command("skip")
def skip_parked(
    subject: Subject,
    why: Annotated[str, typer.Option("--why", help="为什么可以跳过 why it may be passed over; kept for ever")],
    reader: OfReader = None,
    every: Annotated[bool, typer.Option("--all", help="对在等它的所有读者 for all readers that wait at it")] = False,
    person: AsPerson = None,
) -> None:
    """跳过一个事件 Let a reader pass over the event that an aggregate waits at, for ever, and go on behind it."""
    if not why.strip():
        _fail("请写明原因 (--why)。Say why (--why).")
    settings = local_settings()
    by = _who(settings, person)

    async def passed_over() -> bool:
        found = await _these(settings, subject, reader)
        if len(found) > 1 and not every:
            readers = ", ".join(f'"{one.reader}"' for one in found)
            _fail(
                f"{subject} 有几个读者在等，请用 --reader 指明，或 --all。Name one of its readers, or all: {readers}."
            )
        if len({one.place for one in found}) > 1:
            places = ", ".join(f'"{one.reader}" {_place(one)}' for one in found)
            _fail(f"读者等的不是同一个事件，请用 --reader 一个个来。They wait at different events: {places}.")
        return await _go_on(settings, "skipped", found, by, why.strip())

    raise typer.Exit(0 if _run(passed_over()) else 1)


async def _all_there_is(settings: Settings, reader: str | None) -> tuple[list[Parked], list[dict[str, Any]]]:
    database = connect(settings)
    try:
        return await _all_parked(settings, reader), await listed(database)
    finally:
        database.client.close()


async def _all_parked(settings: Settings, reader: str | None = None) -> list[Parked]:
    """What is parked now, of read models (beside their rows) and of all other readers (in the log)."""
    database = connect(settings)
    try:
        rows = [await Rows(database, projection).parked() for projection in _projections(settings).values()]
    finally:
        database.client.close()
    found = [one for of_model in rows for one in of_model] + [*(await read_log(settings)).parked.values()]
    return [one for one in found if reader in {None, one.reader}]


async def _these(settings: Settings, subject: str, reader: str | None) -> list[Parked]:
    """One aggregate, with each reader that it waits for; ends the command when there is none."""
    found = [one for one in await _all_parked(settings, reader) if one.subject == subject]
    if not found:
        whose = "" if reader is None else f" ({reader})"
        _fail(f"{subject} 没有被搁置{whose}。{subject} is not parked{whose}; see `songda ops parked list`.")
    return found


async def _go_on(settings: Settings, act: Act, found: Sequence[Parked], by: str, why: str) -> bool:
    """Write down what a person decided, and see it done; whether nothing of it waits any more."""
    projections = _projections(settings)
    rows = [one for one in found if one.reader in projections]
    others = [one for one in found if one.reader not in projections]
    async with kafka.sending(settings) as producer:
        end = (await read_notes(settings))[1]
        told = found if act == "skipped" else others
        await tell(producer, [Note(act, one, by, why, utc_now()) for one in told])
        waiting: list[Parked | None] = []
        database = connect(settings)
        try:
            for reader in sorted({one.reader for one in rows}):
                subjects = {one.subject for one in rows if one.reader == reader}
                still = await retry_rows(settings, database, producer, projections[reader], subjects)
                _say(reader, subjects, {one.subject: one for one in still})
                waiting += still
        finally:
            database.client.close()
    for reader in sorted({one.reader for one in others}):
        subjects = {one.subject for one in others if one.reader == reader}
        told_anew = await _answers(settings, reader, subjects, end)
        _say(reader, subjects, told_anew)
        waiting += told_anew.values()
    return not waiting


async def _answers(settings: Settings, reader: str, subjects: set[str], start: int) -> dict[str, Parked | None]:
    """What still waits after a reader that follows the log has tried: at what; None where it does not answer."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        notes, _ = await read_notes(settings, start)
        last = {note.parked.subject: note for note in notes if note.parked.reader == reader and note.by == reader}
        if subjects <= last.keys() or time.monotonic() >= deadline:
            break
        await asyncio.sleep(0.5)
    silent: dict[str, Parked | None] = dict.fromkeys(subjects - last.keys())
    return silent | {s: note.parked for s, note in last.items() if s in subjects and note.act == "parked"}


def _say(reader: str, subjects: set[str], waiting: Mapping[str, Parked | None]) -> None:
    for subject in sorted(subjects):
        if subject not in waiting:
            out.print(f"✓ {reader} {subject}: 已跟上 goes on", markup=False, soft_wrap=True)
        elif (still := waiting[subject]) is None:
            out.print(f"… {reader} {subject}: 已记下，还没有回音 noted, no answer yet", markup=False, soft_wrap=True)
        else:
            what = f"{still.kind} {still.type} #{still.sequence} {_place(still)}: {still.error}"
            out.print(f"✗ {reader} {subject}: 还在等 still waits: {what}", markup=False, soft_wrap=True)


def _projections(settings: Settings) -> dict[str, Projection]:
    """Read models by their names as readers."""
    from songda.system import system

    return {reader_of(projection.name): projection for projection in system(settings).all_projections()}


def _who(settings: Settings, person: str | None) -> str:
    if person is None:
        return getpass.getuser()
    if person not in read_people(settings.people):
        _fail(f"没有 {person} 这个人。There is no person {person}.")
    return person


def _place(one: Parked) -> str:
    return f"{one.topic}/{one.partition}@{one.offset}"


def _clock(one: Parked) -> str:
    return f"{one.since.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


def _run(work: Awaitable[Found]) -> Found:
    async def done() -> Found:
        return await work

    return asyncio.run(done())


def _fail(text: str) -> NoReturn:
    err.print(text, style="red", markup=False)
    raise typer.Exit(1)
