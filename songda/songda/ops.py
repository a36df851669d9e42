"""`songda ops parked`: what readers could not take, and what a person decides about it (DESIGN §7).

A read model keeps what is parked beside its rows, and is tried again by this command itself. Reactions, effects and
workers tell the log `songda.parked`; they follow it, and do there what is written here.
"""

import asyncio
import getpass
import json
from collections.abc import Awaitable, Sequence
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from contracts.policy import SHANGHAI
from runtime import kafka
from runtime.clock import utc_now
from runtime.errors import NotReady
from runtime.mongo import PyMongoError, connect
from runtime.parked_log import read_log, tell
from runtime.parking import Act, Note, Parked, to_document
from runtime.people import read_people
from runtime.rows import Rows
from runtime.settings import Settings
from songda.local import local_settings

Found = TypeVar("Found")

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
    """列出搁置的数据 List every aggregate that waits, for which reader, at which event and why."""
    found = _run(_all_parked(local_settings(), reader))
    if as_json:
        print(json.dumps([to_document(one) for one in found], ensure_ascii=False))
        return
    table = Table("读者 reader", "聚合 aggregate", "原因 kind", "事件 event", "位置 place", "自 since", "错误 error")
    for one in found:
        table.add_row(
            one.reader, one.subject, one.kind, f"{one.type} #{one.sequence}", _place(one), _clock(one), one.error
        )
    if found:
        out.print(table)
    out.print(f"搁置 {len(found)} 个。 {len(found)} parked.")


@parked.command("show")
def show_parked(subject: Subject, reader: OfReader = None) -> None:
    """查看一个搁置的聚合 Show all that is known of one aggregate that waits."""
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

    async def again() -> list[Parked]:
        found = await (_all_parked(settings, reader) if subject is None else _these(settings, subject, reader))
        await _decide(settings, "retry", found, by, "")
        return found

    _say_what_came(_run(again()))


@parked.command("skip")
def skip_parked(
    subject: Subject,
    why: Annotated[str, typer.Option("--why", help="为什么可以跳过 why it may be passed over; kept for ever")],
    reader: OfReader = None,
    person: AsPerson = None,
) -> None:
    """跳过一个事件 Let a reader pass over the event that an aggregate waits at, for ever, and go on behind it."""
    if not why.strip():
        _fail("请写明原因 (--why)。Say why (--why).")
    settings = local_settings()
    by = _who(settings, person)

    async def passed_over() -> list[Parked]:
        found = await _these(settings, subject, reader)
        if len(found) > 1:
            readers = ", ".join(f'"{one.reader}"' for one in found)
            _fail(
                f"{subject} 有几个读者在等，请用 --reader 指明。Several readers wait, name one by --reader: {readers}."
            )
        await _decide(settings, "skipped", found, by, why.strip())
        return found

    _say_what_came(_run(passed_over()))


async def _all_parked(settings: Settings, reader: str | None = None) -> list[Parked]:
    """What is parked now, of read models (beside their rows) and of all other readers (in the log)."""
    from songda.system import system

    database = connect(settings)
    try:
        rows = [await Rows(database, p).parked() for p in system(settings).all_projections()]
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


async def _decide(settings: Settings, act: Act, found: Sequence[Parked], by: str, why: str) -> None:
    """Write down what a person decided; whoever follows the log does it."""
    async with kafka.sending(settings) as producer:
        await tell(producer, [Note(act, one, by, why, utc_now()) for one in found])


def _say_what_came(found: Sequence[Parked]) -> None:
    for one in found:
        out.print(f"已记下 noted: {one.reader} {one.subject}", markup=False)


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
    """Servers that are away are one clear line and exit code 1."""

    async def done() -> Found:
        return await work

    try:
        return asyncio.run(done())
    except (NotReady, PyMongoError) as error:
        _fail(f"{error}")


def _fail(text: str) -> NoReturn:
    err.print(text, style="red", markup=False)
    raise typer.Exit(1)


__all__ = ["ops"]
