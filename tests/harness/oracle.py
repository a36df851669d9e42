"""The independent oracle (DESIGN §11): what must be on the streams follows from commands sent and answers received.

It never looks at the stream to learn what should be there. Rules it holds the system to:

1 a command answered "accepted" has exactly the events that the answer names, each once, side by side, in its own
  aggregate, the last of them with the answer's version; 2 one answered "rejected" or "broken" has none;
3 one without an answer has either what its record on the outcomes topic says, or nothing at all;
4 nothing else is on the stream; 5 an aggregate's sequences are 1, 2, 3, ... in one partition;
6 all answers to one command say the same.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from harness.topics import Record, committed
from runtime.outcome import Outcome


def _is_answer(record: Record) -> bool:
    """Whether it is one that stays. Others than workers may have written there too: tests do, to see it passed over."""
    try:
        body = json.loads(record.value)
        return isinstance(body["command_id"], str) and body["status"] != "parked"
    except (ValueError, TypeError, KeyError):
        return False


@dataclass
class Account:
    """One command: what was asked of whom, how often, and every definite answer that came back."""

    aggregate_id: str
    what: str
    sent: int = 0
    answers: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """What the check counted; equal figures mean that nothing was lost or doubled."""

    commands: int
    sendings: int
    accepted: int
    refused: int
    unknown: int
    events: int


class Oracle:
    """Keeps the accounts of one test."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.foreign_causes = False
        """Set when the system itself sends commands (timers): their events are allowed, but still checked by 5."""

    def sending(self, command_id: str, aggregate_id: str, what: str) -> None:
        """A command leaves now (again)."""
        self.accounts.setdefault(command_id, Account(aggregate_id, what)).sent += 1

    def answered(self, outcome: Outcome) -> None:
        """An answer came; "pending" and "parked" are none yet."""
        if outcome.status not in {"pending", "parked"}:
            self.accounts[outcome.command_id].answers.append(outcome)

    @property
    def answers(self) -> int:
        """Commands with a definite answer so far."""
        return sum(bool(account.answers) for account in self.accounts.values())

    async def check(self, address: str, service: str, partitions: int = 3) -> Report:
        """Hold the streams of a service to the rules; AssertionError lists what is wrong, at most twenty."""
        events = await committed(address, f"{service}.events", partitions)
        outcomes = [r for r in await committed(address, f"{service}.outcomes", partitions) if _is_answer(r)]
        wrong = [*self._sequences(events), *self._causes(events, outcomes), *self._same_answers(outcomes)]
        assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])
        definite = [account.answers[0].status for account in self.accounts.values() if account.answers]
        return Report(
            commands=len(self.accounts),
            sendings=sum(account.sent for account in self.accounts.values()),
            accepted=definite.count("accepted"),
            refused=len(definite) - definite.count("accepted"),
            unknown=len(self.accounts) - len(definite),
            events=len(events),
        )

    def _sequences(self, events: list[Record]) -> list[str]:
        wrong: list[str] = []
        last: dict[str, int] = defaultdict(int)
        home: dict[str, int] = {}
        for event in events:  # 5
            subject, sequence = event.headers["ce_subject"], int(event.headers["ce_sequence"])
            if sequence != last[subject] + 1:
                wrong.append(f"{subject}: {sequence} after {last[subject]} at {event.partition}@{event.offset}")
            last[subject] = sequence
            if home.setdefault(subject, event.partition) != event.partition:
                wrong.append(f"{subject} lies in partitions {home[subject]} and {event.partition}")
        doubled = [i for i, n in Counter(event.headers["ce_id"] for event in events).items() if n > 1]
        return [*wrong, *(f"event {event_id} is there more than once" for event_id in doubled)]

    def _causes(self, events: list[Record], outcomes: list[Record]) -> list[str]:
        wrong: list[str] = []
        by_cause: dict[str, list[Record]] = defaultdict(list)
        for event in events:
            by_cause[event.headers["ce_causationid"]].append(event)
        recorded = {(body := json.loads(record.value))["command_id"]: body for record in outcomes}
        for command_id, account in self.accounts.items():
            made = by_cause.pop(command_id, [])
            if account.answers:
                answer = account.answers[0]
                expected = list(answer.event_ids) if answer.status == "accepted" else []  # 1, 2
                version = answer.version
            else:
                body = recorded.get(command_id)
                expected = list(body["event_ids"]) if body is not None else []  # 3
                version = body["version"] if body is not None else 0
            found = [event.headers["ce_id"] for event in made]
            where = f"{account.what} {command_id} ({[a.status for a in account.answers] or 'no answer'})"
            if found != expected:
                wrong.append(f"{where}: events {found}, its answer says {expected}")
            if {event.headers["ce_subject"] for event in made} - {account.aggregate_id}:
                wrong.append(f"{where}: events on another aggregate than {account.aggregate_id}")
            sequences = [int(event.headers["ce_sequence"]) for event in made]
            if found and sequences != list(range(version - len(found) + 1, version + 1)):
                wrong.append(f"{where}: sequences {sequences}, its answer says version {version}")
        if by_cause and not self.foreign_causes:  # 4
            wrong += [f"nobody asked for {cause}: {len(made)} events" for cause, made in by_cause.items()]
        return wrong

    def _same_answers(self, outcomes: list[Record]) -> list[str]:
        wrong: list[str] = []
        on_topic: dict[str, list[str]] = defaultdict(list)
        for record in outcomes:  # 6
            body = json.loads(record.value)
            body.pop("repeated", None)
            on_topic[body["command_id"]].append(json.dumps(body, sort_keys=True))
        for command_id, account in self.accounts.items():
            if len({replace(answer, repeated=False).__repr__() for answer in account.answers}) > 1:
                wrong.append(f"{account.what} {command_id} got different answers: {account.answers}")
            if len(set(on_topic[command_id])) > 1:
                wrong.append(f"{account.what} {command_id} has different outcomes: {on_topic[command_id]}")
            if account.answers and not on_topic[command_id]:
                wrong.append(f"{account.what} {command_id} was answered, but no outcome is on the topic")
        return wrong
