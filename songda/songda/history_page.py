"""`songda events AGGREGATE`: the history of an aggregate on the screen, read from the event streams of all services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer
from aiokafka import ConsumerRecord, TopicPartition
from rich.console import Console
from rich.table import Table
from rich.text import Text

from company.people import read_people
from contracts.civil_time import SHANGHAI
from runtime import kafka
from runtime.errors import NotReady
from runtime.parking import Place, Stray, meta_of
from runtime.settings import Settings
from songda.history import Cause, Entry, Record, Search, entries, masked, to_json
from songda.local import local_settings
from songda.streams import event_spans

LATE = timedelta(minutes=1)
"""What was recorded later than this after it happened was told later (X1)."""


async def read_history(
    settings: Settings, subject: str, reactions: Mapping[str, Iterable[str]], strays: set[Place]
) -> list[Entry]:
    """The story of an aggregate, from Kafka alone. Records that are no events are passed over; `strays` gets their
    places.

    Its own events lie in one partition of one stream, but what other services recorded about it lies under other keys
    and so in any partition: all streams are read from their beginning, three times (see `Search`), up to what was
    committed when this began. For an occasional look; a page wants a projection. Raises `NotReady`.
    """
    spans = await event_spans(settings)
    search = Search(subject)
    for look in (search.relate, search.follow):
        async for record in _records(settings, spans, strays):
            look(record)
    return entries([r async for r in _records(settings, spans, strays) if search.concerns(r)], reactions)


async def _records(
    settings: Settings, spans: Mapping[TopicPartition, tuple[int, int]], strays: set[Place]
) -> AsyncIterator[Record]:
    async for partition, batch in kafka.read_between(settings, spans):
        for record in batch:
            try:
                meta_of(record)
            except Stray:
                strays.add((record.topic, record.partition, record.offset))
            else:
                yield _record(partition, record)


def _record(partition: TopicPartition, record: "ConsumerRecord[bytes, bytes]") -> Record:
    return Record(
        service=partition.topic.removesuffix(".events"),
        partition=partition.partition,
        offset=record.offset,
        key=(record.key or b"").decode(errors="replace"),
        headers=record.headers,
        value=record.value or b"",
    )


def show(console: Console, subject: str, told: Sequence[Entry], name_of: Callable[[str], str]) -> None:
    """Print entries for people: Chinese first, times in Shanghai."""
    days = f"{_clock(told[0].at)[:10]} — {_clock(told[-1].at)[:10]}"
    console.print(Text.assemble((subject, "bold"), f"  {len(told)} 件事 events  {days}  (上海时间 Shanghai)"))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for entry in told:
        table.add_row(_clock(entry.at), _told(entry, subject, name_of))
    console.print(table)


def _told(entry: Entry, subject: str, name_of: Callable[[str], str]) -> Text:
    text = Text.assemble((entry.zh, "bold"), " " if entry.zh else "", (entry.event, "bold cyan"))
    text.append(f"  {entry.service}")
    text.append(f" {entry.aggregate} #{entry.sequence}", style="" if entry.aggregate == subject else "dim")
    text.append(f"\n谁 who: {name_of(entry.who)}")
    if entry.recorded - entry.at > LATE:
        text.append(f" · 补记 told later: {_clock(entry.recorded)}", style="yellow")
    else:
        text.append(f" · 记录 recorded: {_clock(entry.recorded)}")
    for reason in entry.why.values():
        text.append(f"\n为何 why: {reason}")
    text.append(f"\n起因 cause: {_cause(entry.cause, entry.who)}", style="dim")
    said = _said(entry)
    if said:
        text.append(f"\n{said}", style="dim")
    if entry.unreadable:
        text.append(f"\n读不懂 unreadable: {entry.unreadable}", style="red")
    return text


def _cause(cause: Cause, who: str) -> str:
    if cause.event is not None:
        return f"{cause.event} {cause.aggregate} ({cause.reaction})"
    what = "系统命令 system's command" if who == "system" else "命令 command"
    return f"{what} {cause.command_id}"


def _said(entry: Entry) -> str:
    """The event's own figures and dates on one line; what is not so, and values within values, are for `--json`."""
    known = {"event", "at", "contract_no", "job_id", "ticket_id", "message_id", *entry.why}
    return "  ".join(
        f"{name}={value}"
        for name, value in entry.content.items()
        if name not in known and isinstance(value, str | int | float) and value != "" and value is not False
    )


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _names(settings: Settings) -> Callable[[str], str]:
    people = read_people(settings.people)

    def name_of(who: str) -> str:
        return f"{people[who].name} {who}" if who in people else "系统 system" if who == "system" else who

    return name_of


def _reactions(settings: Settings) -> dict[str, list[str]]:
    """Names of all reactions and effects, by the service whose events they react to."""
    from songda.system import services

    found: dict[str, list[str]] = {}
    for service in services(settings.home).values():
        for source, name in (
            *((reaction.source, reaction.name) for reaction in service.reactions),
            *((effect.source, effect.name) for effect in service.effects),
        ):
            found.setdefault(source, []).append(name)
    return found


def _kinds(settings: Settings) -> list[str]:
    """All kinds of aggregates, of all services."""
    from songda.system import services

    return [decider.prefix for service in services(settings.home).values() for decider in service.deciders]


def events(
    aggregate: Annotated[str, typer.Argument(help="聚合编号 | aggregate id, e.g. contract:HT26030001")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON | machine-readable")] = False,
    full: Annotated[bool, typer.Option("--full", help="不遮盖个人信息 | with personal data")] = False,
) -> None:
    """查看一个聚合的全部历史。 Print an aggregate's whole history across services: when, who, why, and cause."""
    subject = aggregate if ":" in aggregate else f"contract:{aggregate}"
    kind = subject.partition(":")[0]
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    settings = local_settings()
    if kind not in (kinds := _kinds(settings)):
        errors.print(f"没有 {kind}: 这种编号。 There are no {kind}: aggregates, only {', '.join(kinds)}.")
        raise typer.Exit(1)
    strays: set[Place] = set()
    try:
        told = asyncio.run(read_history(settings, subject, _reactions(settings), strays))
    except NotReady as error:
        errors.print(str(error))
        raise typer.Exit(1) from error
    if strays:
        topic, partition, offset = min(strays)
        errors.print(
            f"跳过 {len(strays)} 条不是事件的记录，第一条在 {topic}/{partition}@{offset}。"
            f" Passed over {len(strays)} records that are no events, the first at {topic}/{partition}@{offset}."
        )
    if not any(entry.aggregate == subject for entry in told):
        errors.print(f"没有 {subject} 的任何事件，请核对编号。 Nothing was ever recorded of {subject}: check the id.")
        raise typer.Exit(1)
    told = told if full else masked(told)
    if as_json:
        print(to_json(told))
    else:
        show(Console(highlight=False), subject, told, _names(settings))
