"""What each part of the system does with Kafka, and so may do: topics that it reads and writes, its groups, its
transactions (DESIGN §6). Said once: processes look for what they need by it, and ACLs are made of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from runtime.kafka import AUDIT, CHANGES, PARKED
from runtime.service import Projection, Service
from runtime.settings import Settings
from runtime.settling import groups_of

TOPIC, GROUP, TRANSACTIONAL_ID = 2, 3, 5
LITERAL, PREFIXED = 3, 4
READ, WRITE, DESCRIBE = 3, 4, 8
"""Codes of Kafka's protocol (ResourceType, PatternType, AclOperation)."""


class Allowed(NamedTuple):
    """One thing that a principal may do, as an ACL says it."""

    kind: int
    name: str
    pattern: int
    operation: int


@dataclass(frozen=True)
class Access:
    """What one part of the system does."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    """Consumer groups that it is a member of."""
    watches: frozenset[str] = frozenset()
    """Groups whose positions it asks for."""
    transactions: frozenset[str] = frozenset()
    """What its transactional ids begin with."""

    def __or__(self, other: "Access") -> "Access":
        """Both."""
        return Access(
            self.reads | other.reads,
            self.writes | other.writes,
            self.groups | other.groups,
            self.watches | other.watches,
            self.transactions | other.transactions,
        )

    @property
    def topics(self) -> tuple[str, ...]:
        """All that it uses."""
        return tuple(sorted(self.reads | self.writes))

    @property
    def allowed(self) -> frozenset[Allowed]:
        """As ACLs; who may read or write a topic may describe it."""
        return frozenset(
            {
                *(Allowed(TOPIC, topic, LITERAL, READ) for topic in self.reads),
                *(Allowed(TOPIC, topic, LITERAL, WRITE) for topic in self.writes),
                *(Allowed(GROUP, group, LITERAL, READ) for group in self.groups),
                *(Allowed(GROUP, group, LITERAL, DESCRIBE) for group in self.watches),
                *(Allowed(TRANSACTIONAL_ID, start, PREFIXED, WRITE) for start in self.transactions),
            }
        )


def access_of(
    settings: Settings,
    services: Mapping[str, Service],
    projections: Iterable[Projection],
    chosen: Iterable[str],
    roles: Iterable[str],
) -> Access:
    """What a process does that runs `roles` of the `chosen` services, among all `services` there are."""
    streams = frozenset(f"{facet.service}.events" for one in projections for facet in one.facets)
    groups = groups_of(settings, services, tuple(streams))
    found = Access()
    for role in roles:
        match role:
            case "worker" | "reactor":
                for name in chosen:
                    found |= (_worker if role == "worker" else _reactor)(name, groups)
            case "projector":
                own = frozenset(group for group in groups if not group.startswith(_groups(services)))
                found |= Access(reads=streams | {PARKED}, writes=frozenset({CHANGES, PARKED}), groups=own)
            case "api":
                found |= _api(services, frozenset(groups))
            case _:
                raise ValueError(f"there is no role {role}")
    return found


def _groups(services: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"songda.{name}." for name in services)


def _worker(name: str, groups: Mapping[str, tuple[str, ...]]) -> Access:
    """Decides commands: writes events, answers and dead letters in transactions, and reads what it wrote."""
    own = frozenset({f"{name}.events", f"{name}.outcomes", f"{name}.dead-letters", PARKED})
    commands = f"{name}.commands"
    return Access(
        reads=own | {commands},
        writes=own,
        groups=frozenset(group for group, topics in groups.items() if topics == (commands,)),
        transactions=frozenset({f"{commands}."}),
    )


def _reactor(name: str, groups: Mapping[str, tuple[str, ...]]) -> Access:
    """Reads what it reacts to, and asks its own service alone."""
    own = {group: topics for group, topics in groups.items() if group.startswith(_groups([name]))}
    reacting = {group: topics for group, topics in own.items() if topics != (f"{name}.commands",)}
    return Access(
        reads=frozenset(topic for topics in reacting.values() for topic in topics) | {PARKED},
        writes=frozenset({f"{name}.commands", PARKED}),
        groups=frozenset(reacting),
    )


def _api(services: Iterable[str], groups: frozenset[str]) -> Access:
    """Asks all services and hears their answers; shows histories and how far readers are."""
    events, asked = [{f"{name}.{kind}" for name in services} for kind in ("events", "commands")]
    heard = {f"{name}.{kind}" for name in services for kind in ("outcomes", "dead-letters")}
    return Access(
        reads=frozenset({*events, *heard, *asked, CHANGES, PARKED}),
        writes=frozenset({*asked, AUDIT}),
        watches=groups,
    )
