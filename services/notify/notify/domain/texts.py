"""Words of messages: SMS by numbered template (E1), posts to the group made of the event (E2). Chinese, as sent."""

from collections.abc import Iterable, Mapping
from datetime import date
from string import Formatter

from contracts.dispatch import CrewOfDay, DayPublished, Slot
from contracts.inventory import MorningFeedbackGiven
from contracts.order import DelayNoticed
from contracts.policy import SHANGHAI, Policy

CONTRACT_REGISTERED = 1
LEFTOVER_ORDERED = 5
LEFTOVER_GOODS_IN = 6
DAMAGE_FOUND = 10

VARIABLES: Mapping[int, frozenset[str]] = {
    CONTRACT_REGISTERED: frozenset({"name", "contract_no", "promised_on"}),
    LEFTOVER_ORDERED: frozenset({"name", "order_no", "expected_on"}),
    LEFTOVER_GOODS_IN: frozenset({"name", "order_no"}),
    DAMAGE_FOUND: frozenset({"name", "contract_no", "product"}),
}
"""What each template may speak of."""

HALVES = {"am": "上午", "pm": "下午"}


class BadTemplate(ValueError):
    """A template that cannot be rendered; says which variable or brace is wrong."""


def render(template: str, variables: Mapping[str, str]) -> str:
    """The template with its `{variables}` filled in. Raises BadTemplate for one it does not know, or a stray brace."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise BadTemplate(f"template {template!r}: {error}") from error
    text = []
    for literal, name, spec, conversion in parts:
        text.append(literal)
        if name is None:
            continue
        if name not in variables or spec or conversion:
            known = ", ".join(sorted(variables))
            raise BadTemplate(f"template {template!r}: unknown variable {{{name}}}; it may use {known}")
        text.append(variables[name])
    return "".join(text)


def check_templates(policy: Policy) -> None:
    """Raises BadTemplate when a template that we send is missing or speaks of what we do not know; run at the start."""
    for number, names in VARIABLES.items():
        if number not in policy.templates:
            raise BadTemplate(f"policy {policy.revision} has no SMS template {number}")
        render(policy.templates[number], dict.fromkeys(names, ""))


def day_text(day: date) -> str:
    """2026年3月14日."""
    return f"{day.year}年{day.month}月{day.day}日"


def plan_text(event: DayPublished) -> str:
    """The day's plan for the group (B4): crew by crew, contract numbers only, no customer data (C18)."""
    title = "送货安排" if event.version == 1 else "送货安排调整"
    lines = [f"【{title}】{day_text(event.on)}第{event.version}版，共{len(event.stops)}单"]
    lines += [line for crew in event.crews for line in _crew_lines(crew, event.stops)]
    return "\n".join(lines)


def _crew_lines(crew: CrewOfDay, stops: Iterable[Slot]) -> list[str]:
    own = sorted((stop for stop in stops if stop.crew == crew.crew), key=lambda stop: (stop.half, stop.position))
    return [
        f"{crew.name} {HALVES[half]}：{'；'.join(_stop_text(stop) for stop in own if stop.half == half)}"
        for half in HALVES
        if any(stop.half == half for stop in own)
    ]


def _stop_text(stop: Slot) -> str:
    starts, ends = (moment.astimezone(SHANGHAI) for moment in (stop.window.starts, stop.window.ends))
    return f"{stop.position}. {stop.contract_no} {starts:%H:%M}-{ends:%H:%M}"


def feedback_text(event: MorningFeedbackGiven) -> str:
    """The warehouse's morning feedback for the group (B6)."""
    short = [stop for stop in event.stops if not stop.ready]
    head = f"【早上反馈】{day_text(event.on)}：备齐{len(event.stops) - len(short)}单，缺货{len(short)}单"
    return "\n".join([head, *(f"缺货 {stop.job_id} {stop.note}".rstrip() for stop in short)])


def delay_text(event: DelayNoticed) -> str:
    """A delay for the group (A4): each affected customer is called with an explanation."""
    eta = "到货日待定" if event.eta is None else f"预计{day_text(event.eta)}到货"
    reason = event.reason or "未注明"
    return (
        f"【延期】合同{event.contract_no}第{event.line_no}行 {event.sku}，{event.carrier} 运单{event.waybill}，"
        f"{eta}。原因：{reason}。请致电客户说明。"
    )
