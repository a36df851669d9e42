"""The shapes that the rules speak in: who asks, when, under which policy; what "no" looks like; what falls due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.policy import Policy

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one command, handed in so that rules stay pure.

    `now`: when the request was received (UTC, never earlier than the aggregate's last event); `by`: person id, or
    `system`; `role`: role id of RULES §1; `policy`: the numbers in force at `now`.
    """

    now: datetime
    by: str
    role: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Rejected:
    """The one shape of "no": nothing changed, and why, for a person.

    `code` is stable and machine-readable; `rule` the rule id ("" where none applies); `zh`/`en` say what is wrong and
    what to do; `facts` carries figures the page may show (text, numbers, ISO dates).
    """

    code: str
    rule: str
    zh: str
    en: str
    facts: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that falls due: at `at`, `command` is put to the same aggregate. `name` is unique per aggregate."""

    name: str
    at: datetime
    command: BaseModel


class Command(BaseModel):
    """A request to one aggregate, private to its service. `at`: when it happened, if told later (X1); else now."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A reaction's wish: put `command` to `aggregate_id` of the reacting service."""

    aggregate_id: str
    command: BaseModel


__all__ = ["Ask", "Command", "Context", "Detail", "Rejected", "Timer"]
