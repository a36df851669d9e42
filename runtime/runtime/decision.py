"""The shapes that the rules speak in: who asks, when, under which policy; what "no" looks like; what falls due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.bounds import Door, Flaw, Happened

Detail = str | int | bool | None

SYSTEM = "system"
"""Who asks, and in which role, when nobody does: reactions, effects, timers."""

STEP = "step"
"""The role in which a step of a flow is asked, in the name of the person who began: no rule is bent for theirs."""


class Numbers(Protocol):
    """What the machinery itself asks of a policy: how far a time that is told may be off (X1)."""

    @property
    def told_ahead_seconds(self) -> int: ...

    @property
    def told_late_days(self) -> int: ...


PolicyT_co = TypeVar("PolicyT_co", covariant=True)


class Policies(Protocol[PolicyT_co]):
    """The company's numbers and bounds, by the moment at which somebody asks."""

    def at(self, moment: datetime) -> PolicyT_co:
        """The policy in force."""

    def door(self, moment: datetime) -> Door:
        """The bounds of what is asked."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signed beside the one who asks, in a session or with a PIN of their own (B23): id and role."""

    id: str
    role: str


@dataclass(frozen=True)  # no slots: with them, Python 3.11 cannot call a frozen generic class by its alias
class Context(Generic[PolicyT_co]):
    """The circumstances of one command, handed in so that rules stay pure.

    `now`: when the request was received (UTC, never earlier than the aggregate's last event); `by`: person id, or
    `system`; `role`: role id of RULES §1; `policy`: the numbers in force at `now`; `version`: how often something has
    happened to the aggregate so far; `second`: who signed beside them (B23).
    """

    now: datetime
    by: str
    role: str
    policy: PolicyT_co
    version: int = 0
    second: Signer | None = None


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


SAID_OTHERWISE = "said_otherwise"
"""Code of the refusal of other words about what was said already."""


def said_again(known: str, *told: str) -> tuple[()] | Rejected:
    """What was said already is said once more (X7): nothing new where it is told in the same words, or in none; else
    the refusal that shows both, so that nobody believes the other words noted."""
    new = next((one for one in told if one not in ("", known)), None)
    if new is None:
        return ()
    return Rejected(
        SAID_OTHERWISE,
        "X7",
        f"这件事已经登记，写的是：{known or '（没有说明）'}。这次写的“{new}”没有登记，什么都没有改变。"
        "请核对；要补充请记到备注里",
        f"This was recorded already, as: {known or '(nothing said)'}. What was said now, '{new}', was not recorded and "
        "nothing changed. Check it; what is to be added belongs into a note",
        {"known": known, "told": new},
    )


OUT_OF_BOUNDS = "out_of_bounds"
"""Code of the refusal of what no door takes: HTTP 422."""

MISSPELT = "misspelt"
"""Code of the refusal of what can be read and is no such thing, as a file's row would be refused: HTTP 409."""


def out_of_bounds(flaws: Sequence[Flaw]) -> Rejected:
    """The refusal that names the values beyond their bounds, at most eight of them."""
    shown = flaws[:8]
    if all(flaw.misspelt for flaw in flaws):
        return Rejected(
            MISSPELT,
            "X8",
            "填写有误，请改正后再交：" + "；".join(f"{flaw.where} {flaw.zh}" for flaw in shown),
            "Something is written wrongly, mend and send again: "
            + "; ".join(f"{flaw.where} {flaw.en}" for flaw in shown),
            {"fields": ", ".join(flaw.where for flaw in shown)},
        )
    return Rejected(
        OUT_OF_BOUNDS,
        "X8",
        "内容不合格式，请改正后再交：" + "；".join(f"{flaw.where} {flaw.zh}" for flaw in shown),
        "The request does not fit, mend and send again: " + "; ".join(f"{flaw.where} {flaw.en}" for flaw in shown),
        {"fields": ", ".join(flaw.where for flaw in shown)},
    )


def untimely(at: datetime | None, received: datetime, policy: Numbers) -> Rejected | None:
    """Why something cannot have happened `at`, as told when it was `received` (X1); None when it can, or was not said.

    Clocks may differ by `policy.told_ahead_seconds`; what is older than `policy.told_late_days` is a slip.
    """
    if at is None:
        return None
    facts = {"at": at.isoformat(), "now": received.isoformat()}
    if at - received > timedelta(seconds=policy.told_ahead_seconds):
        return Rejected(
            "in_the_future",
            "X1",
            "发生时间在将来：请核对时间，还没有发生的事不能登记。",
            "The time of happening lies in the future: check it; what has not happened cannot be recorded.",
            facts,
        )
    if received - at > timedelta(days=policy.told_late_days):
        return Rejected(
            "too_long_ago",
            "X1",
            f"发生时间在 {policy.told_late_days} 天以前：请核对年份和日期，这么久以前的事不能补登。",
            f"The time of happening is more than {policy.told_late_days} days ago: check year and day; "
            "what is that old cannot be recorded any more.",
            facts,
        )
    return None


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that falls due: at `at`, `command` is put to the same aggregate. `name` is unique per aggregate."""

    name: str
    at: datetime
    command: BaseModel


class Command(BaseModel):
    """A request to one aggregate, private to its service. `at`: when it happened, if told later (X1); else now."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A reaction's wish: put `command` to `aggregate_id` of the reacting service."""

    aggregate_id: str
    command: BaseModel
