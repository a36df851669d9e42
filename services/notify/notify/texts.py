"""Words of messages: SMS by numbered template (E1), posts and faxes made of the event (E2, E5). Chinese."""

from collections.abc import Iterable, Mapping
from datetime import date
from string import Formatter

from company.depots import depot_name
from company.policy import Policy
from company.roles import Role
from contracts.civil_time import in_shanghai
from contracts.dispatch_days import CrewOfDay, DayAdjusted, DayPublished, PlanAdjustment, Slot
from contracts.fact import Half, Window
from contracts.inventory import MorningFeedbackGiven
from contracts.order import ContractCancelled, DelayNoticed
from contracts.service_desk_care import MajorQualityReported
from contracts.service_desk_duties import DutyEscalated

CONTRACT_REGISTERED = 1
DELIVERY_BOOKED = 2
DELIVERY_TOMORROW = 3
INSTALLATION_TOMORROW = 4
LEFTOVER_ORDERED = 5
LEFTOVER_GOODS_IN = 6
VISIT_BOOKED = 7
THANKS = 8
DELAY_EXPLAINED = 9
DAMAGE_FOUND = 10

VARIABLES: Mapping[int, frozenset[str]] = {
    CONTRACT_REGISTERED: frozenset({"name", "contract_no", "promised_on"}),
    DELIVERY_BOOKED: frozenset({"name", "contract_no", "on", "half"}),
    DELIVERY_TOMORROW: frozenset({"name", "contract_no", "on", "half"}),
    INSTALLATION_TOMORROW: frozenset({"name", "contract_no", "on", "half"}),
    LEFTOVER_ORDERED: frozenset({"name", "order_no", "expected_on"}),
    LEFTOVER_GOODS_IN: frozenset({"name", "order_no"}),
    VISIT_BOOKED: frozenset({"name", "ticket_id", "on", "window"}),
    THANKS: frozenset({"name", "ticket_id", "link"}),
    DELAY_EXPLAINED: frozenset({"name", "contract_no", "eta"}),
    DAMAGE_FOUND: frozenset({"name", "contract_no", "product"}),
}
"""What each template may speak of."""

ROLES: Mapping[str, str] = {
    Role.STORE: "门店",
    Role.CS_SPECIALIST: "客服专员",
    Role.CS_SUPERVISOR: "客服主管",
    Role.INSTALL_ASSISTANT: "安装助理",
    Role.INSTALL_SUPERVISOR: "安装主管",
    Role.CREW_LEADER: "送货组长",
    Role.TECHNICIAN: "售服专员",
    Role.WAREHOUSE: "仓管",
    Role.QC: "质检",
    Role.ACCOUNTANT: "财务",
    Role.PROCUREMENT: "采购",
    Role.MANAGER: "经理",
}
"""As the company says them."""

HALVES: Mapping[Half, str] = {"am": "上午", "pm": "下午"}


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
        try:
            render(policy.templates[number], dict.fromkeys(names, ""))
        except BadTemplate as error:
            raise BadTemplate(f"policy {policy.revision}, SMS template {number}: {error}") from error
    for name in ("urgent_templates", "optional_templates"):
        if unknown := sorted(set(getattr(policy, name)) - VARIABLES.keys()):
            raise BadTemplate(f"policy {policy.revision}, {name}: there is no SMS template {unknown}")


def day_text(day: date) -> str:
    """2026年3月14日."""
    return f"{day.year}年{day.month}月{day.day}日"


def half_text(half: Half | None) -> str:
    """上午; nothing while the half-day is open."""
    return "" if half is None else HALVES[half]


def window_text(window: Window) -> str:
    """09:00-12:00."""
    starts, ends = (in_shanghai(moment) for moment in (window.starts, window.ends))
    return f"{starts:%H:%M}-{ends:%H:%M}"


def eta_text(eta: date | None, today: date) -> str:
    """When delayed goods are expected; a day that is over is none."""
    return "到货日待定" if eta is None or eta < today else f"预计{day_text(eta)}到货"


def of_depot(depot: str, policy: Policy) -> str:
    """Whose day it is, before the day: nothing where the company has one depot (D17)."""
    return f"{depot_name(policy, depot)} " if len(policy.depots) > 1 else ""


def plan_text(event: DayPublished, policy: Policy) -> str:
    """The day's plan for the group (B4): crew by crew, contract numbers only, no customer data (C18)."""
    lines = [
        f"【送货安排】{of_depot(event.depot, policy)}{day_text(event.on)}第{event.version}版，共{len(event.stops)}单"
    ]
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
    return f"{stop.position}. {stop.contract_no} {window_text(stop.window)}"


def fax_text(event: DayPublished, policy: Policy) -> str:
    """The schedule for the warehouse (E5): what must be ready, stop by stop, pieces by line; no customer data."""
    head = f"【送货安排表】{of_depot(event.depot, policy)}{day_text(event.on)}第{event.version}版"
    lines = [f"{head}，共{len(event.stops)}单。请确认收到。"]
    for crew in event.crews:
        own = sorted((stop for stop in event.stops if stop.crew == crew.crew), key=lambda s: (s.half, s.position))
        if own:
            lines.append(f"{crew.name}（{crew.leader_name or '未定'}，{crew.vehicle}）")
        for stop in own:
            lines.append(f"  {HALVES[stop.half]}{_stop_text(stop)}")
            lines += [f"    {line.line_no}. {line.name} {line.sku} × {line.quantity}" for line in stop.lines]
    return "\n".join(lines)


def adjustment_text(event: DayAdjusted, policy: Policy) -> str:
    """What is different in a plan that was published, and why (B4), for the group."""
    whose = of_depot(event.depot, policy)
    head = f"【送货安排调整】{whose}{day_text(event.on)}第{event.version}版。原因：{event.reason}"
    return "\n".join([head, *(f"{change.contract_no}：{_change_text(change)}" for change in event.changes)])


def _change_text(change: PlanAdjustment) -> str:
    if change.before is None and change.after is None:
        return "不变"
    if change.before is None:
        return f"加入 {_place_text(change.after)}"
    if change.after is None:
        return f"取消 {_place_text(change.before)}"
    return f"{_place_text(change.before)} 改为 {_place_text(change.after)}"


def _place_text(slot: Slot | None) -> str:
    return "" if slot is None else f"{slot.crew} {HALVES[slot.half]}第{slot.position}单 {window_text(slot.window)}"


def feedback_text(event: MorningFeedbackGiven, policy: Policy) -> str:
    """The warehouse's morning feedback for the group (B6)."""
    short = [stop for stop in event.stops if not stop.ready]
    whose = of_depot(event.depot, policy)
    head = f"【早上反馈】{whose}{day_text(event.on)}：备齐{len(event.stops) - len(short)}单，缺货{len(short)}单"
    return "\n".join([head, *(f"缺货 {stop.job_id} {stop.note}".rstrip() for stop in short)])


def delay_text(event: DelayNoticed, today: date) -> str:
    """A delay for the group (A4): each affected customer is called with an explanation."""
    reason = event.reason or "未注明"
    what = f"第{event.line_no}行 {event.sku}" if event.line_no else "全部货品"
    way = f"，{event.carrier} 运单{event.waybill}" if event.waybill else ""
    return f"【延期】合同{event.contract_no}{what}{way}，{eta_text(event.eta, today)}。原因：{reason}。请致电客户说明。"


def escalation_text(event: DutyEscalated) -> str:
    """An overdue duty and who is told, for the group (X4); duties and tickets by number."""
    due = in_shanghai(event.due)
    return (
        f"【逾期上报】{event.duty} {event.subject} {event.item}".rstrip()
        + f"：应于{due:%m月%d日 %H:%M}前完成，已上报{ROLES.get(event.told, event.told)}，请处理。"
    )


def quality_text(event: MajorQualityReported) -> str:
    """A major quality problem for the departments concerned (C14)."""
    why = "涉及安全" if event.cause == "safety" else f"{event.days}天内{len(event.ticket_ids)}单"
    told = "、".join(ROLES.get(role, role) for role in event.told)
    return f"【重大质量】{event.product}（{event.sku}）：{why}，工单{'、'.join(event.ticket_ids)}。请{told}处理。"


def cancellation_text(event: ContractCancelled) -> str:
    """A cancelled contract for the group (A6)."""
    return f"【合同取消】合同{event.contract_no}。原因：{event.reason or '未注明'}。请停止备货、送货与安装。"
