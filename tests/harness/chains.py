"""Whether every cause had its consequences, once: requests, and what follows from events by the services' reactions.

The reactions are pure functions; here they are worked out anew over the whole history, and what they ask for must
have been decided, whatever was killed between the event and its consequence.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.office import Told
from harness.streams import Happened
from harness.topics import committed
from runtime.commands import deterministic_id
from runtime.service import Service

Json = dict[str, Any]


@dataclass
class Consequences:
    """What follows from the history of some services. `asked`: command id -> (reaction, service, aggregate id)."""

    asked: dict[str, tuple[str, str, str]]
    refused: Counter[tuple[str, str]]
    """(reaction, code) of what was asked and refused."""
    wrong: list[str]


async def outcomes(address: str, service: str, partitions: int) -> tuple[dict[str, Json], list[str]]:
    """Command id -> its outcome; and the commands that got two different ones, or broke."""
    found: dict[str, Json] = {}
    wrong = []
    for record in await committed(address, f"{service}.outcomes", partitions):
        body = json.loads(record.value)
        body.pop("repeated", None)
        body.pop("facts", None)  # they come with the first one only
        if found.setdefault(body["command_id"], body) != body:
            wrong.append(f"two outcomes: {found[body['command_id']]} and {body}")
        if body["status"] == "broken":
            wrong.append(f"broken: {body}")
    return found, wrong


def consequences(
    services: Mapping[str, Service],
    histories: Mapping[str, list[Happened]],
    decided: Mapping[str, Mapping[str, Json]],
) -> Consequences:
    """Every ask of every reaction to every event has been decided, by its aggregate."""
    result = Consequences({}, Counter(), [])
    for service in services.values():
        for reaction in service.reactions:
            for event in histories.get(reaction.source, ()):
                for number, ask in enumerate(reaction.react(event.fact, event.meta)):
                    command_id = deterministic_id(event.meta.id, reaction.name, str(number))
                    result.asked[command_id] = (reaction.name, service.name, ask.aggregate_id)
                    outcome = decided[service.name].get(command_id)
                    what = f"{reaction.name} of {type(event.fact).__name__} {event.meta.subject}"
                    if outcome is None or outcome["aggregate_id"] != ask.aggregate_id:
                        result.wrong.append(f"{what} asked {ask}: {outcome}")
                    elif outcome["status"] == "rejected":
                        result.refused[reaction.name, outcome["rejected"]["code"]] += 1
    return result


def sequences(history: Iterable[Happened]) -> list[str]:
    """Events of an aggregate are numbered without gap or repeat."""
    last: dict[str, int] = defaultdict(int)
    wrong = []
    for event in history:
        if event.meta.sequence != last[event.meta.subject] + 1:
            wrong.append(f"{event.meta.subject}: {event.meta.sequence} after {last[event.meta.subject]}")
        last[event.meta.subject] = event.meta.sequence
    doubled = [i for i, times in Counter(event.meta.id for event in history).items() if times > 1]
    return [*wrong, *(f"event {event_id} is there twice" for event_id in doubled)]


def requests_kept(book: Iterable[Told], histories: Mapping[str, list[Happened]]) -> list[str]:
    """What was answered "accepted" is on its aggregate's stream, once, as answered; of what was refused is nothing."""
    made: dict[str, list[Happened]] = defaultdict(list)
    for history in histories.values():
        for event in history:
            made[event.cause].append(event)
    wrong = []
    for told in book:
        if not told.command_id:
            continue
        events = made.get(told.command_id, [])
        names = [type(event.fact).__name__ for event in events]
        expected = list(told.answer["events"]) if told.accepted else []
        if told.accepted and told.answer["command_id"] != told.command_id:
            wrong.append(f"{told.path} was answered for command {told.answer['command_id']}, not {told.command_id}")
        if names != expected or {event.meta.subject for event in events} - {told.aggregate_id}:
            wrong.append(f"{told.path} {told.status} after {told.sendings} sendings: {names}, answered {expected}")
        elif events and events[-1].meta.sequence != told.answer["version"]:
            wrong.append(f"{told.path}: version {events[-1].meta.sequence}, answered {told.answer['version']}")
    return wrong


def uncalled_for(history: Iterable[Happened], known: Iterable[str], by_the_clock: Iterable[str]) -> list[str]:
    """Events that nobody asked for: neither a request nor a reaction; and what the clock told more than once.

    `by_the_clock`: names of events that a timer makes, once for each due moment of an aggregate.
    """
    causes, names = set(known), set(by_the_clock)
    others = [event for event in history if event.cause not in causes]
    told = Counter(
        f"{type(event.fact).__name__} of {event.meta.subject} due {getattr(event.fact, 'due', None)}"
        for event in others
        if type(event.fact).__name__ in names
    )
    strange = [event for event in others if type(event.fact).__name__ not in names]
    return [
        *(f"nobody asked for {type(event.fact).__name__} of {event.meta.subject}" for event in strange),
        *(f"told {times} times: {what}" for what, times in told.items() if times > 1),
    ]
