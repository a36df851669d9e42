"""What happens -> calls that somebody owes a customer (E3), and calls that are not needed any more."""

from collections.abc import Sequence
from datetime import date, timedelta

from company.policy import Policy, policy_book
from contracts.civil_time import civil, civil_day, days_later, end_of_day, later
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, InstallCallMade, JobCancelled
from contracts.dispatch_jobs import DeliveryFailed, InstallationBooked, SiteNotReady, StopPublished, StopUnscheduled
from contracts.envelope import Meta
from contracts.fact import Fact, Half
from contracts.inventory import DamageReported
from contracts.notify import CallPurpose
from contracts.order import CompletenessLost, ContractCancelled, DelayExplained, DelayNoticed, GoodsCompleted
from contracts.service_desk_care import CallBackDropped, CallBackPlanned, CustomerCalledBack
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from contracts.service_desk_tickets import LeftoverGoodsDamaged, TicketCancelled, TicketClosed, TicketReplied
from contracts.service_desk_visits import CalledBack, VisitCompleted
from notify import texts
from notify.reactions.asking import call, fell_away, fulfilled
from runtime.decision import Ask

ASSISTANT, SPECIALIST, LEADER = "install_assistant", "cs_specialist", "crew_leader"
OTHER_HALF: dict[Half, Half] = {"am": "pm", "pm": "am"}
DAY = timedelta(days=1)


def call_for_order(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Delay -> it is explained (A4). Goods complete -> booking (B1)."""
    policy = policy_book().at(meta.time)
    match event:
        case DelayNoticed() if event.customer is not None:
            return (
                call(
                    "delay_explained",
                    meta.subject,
                    f"请说明延期：{event.name or '全部货品'}，{texts.eta_text(event.eta)}。"
                    f"原因：{event.reason or '未注明'}。",
                    meta=meta,
                    due=event.at + timedelta(minutes=policy.delay_call_minutes),
                    role=ASSISTANT,
                    customer=event.customer,
                    occasion=event.delay_id or meta.id,
                ),
            )
        case DelayExplained() if event.result == "reached":
            return (fulfilled("delay_explained", meta.subject, meta, event.delay_id),)
        case GoodsCompleted():
            return (
                call(
                    "booking",
                    meta.subject,
                    f"货已齐，请预约送货安装，至少提前{policy.booking_days_ahead}天，并核对现场清单。",
                    meta=meta,
                    due=end_of_day(days_later(event.complete_on, policy.booking_call_days)),
                    role=ASSISTANT,
                    customer=event.customer,
                ),
            )
        case CompletenessLost():
            return (fell_away("booking", meta.subject, "货不齐了"),)
        case ContractCancelled():
            told = (fell_away("delay_explained", meta.subject, "合同取消", delay) for delay in event.unexplained)
            return (fell_away("booking", meta.subject, "合同取消"), *told)
        case _:
            return ()


def call_for_goods(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Damage -> it is explained, about the leftover ticket that follows (C9, D4)."""
    if not isinstance(event, DamageReported):
        return ()
    policy = policy_book().at(meta.time)
    return (
        call(
            "damage_explained",
            f"ticket:T-{event.damage_id}",
            f"请说明破损：{event.name} {event.quantity}件，正在安排补货。",
            meta=meta,
            due=later(event.at, timedelta(minutes=policy.damage_call_minutes)),
            role=SPECIALIST,
            customer=event.customer,
        ),
    )


def call_for_job(event: Fact, meta: Meta) -> Sequence[Ask]:
    """A booked day -> somebody at home? (B3, B10). A published stop -> half-day and arrival calls (B5)."""
    policy = policy_book().at(meta.time)
    match event:
        case InstallationBooked():
            return _booked(event, meta, policy)
        case SiteNotReady():
            return (
                call(
                    "booking",
                    _contract_of(event.job_id),
                    f"现场未备好（{'、'.join(event.missing)}），请再次核对并预约。",
                    meta=meta,
                    due=end_of_day(event.call_back_on),
                    role=ASSISTANT,
                    customer=None,
                    again=True,
                ),
            )
        case DeliveryFailed():
            return (
                call(
                    "booking",
                    f"contract:{event.contract_no}",
                    f"未送成（{event.cause}），请重新预约。",
                    meta=meta,
                    due=end_of_day(days_later(civil_day(event.at), policy.booking_call_days)),
                    role=ASSISTANT,
                    customer=None,
                    again=True,
                ),
            )
        case StopPublished():
            return _published(event, meta, policy)
        case StopUnscheduled() if event.on is not None:
            return _off_the_day(meta.subject, event.on, event.reason)
        case JobCancelled():
            home: CallPurpose = "home_confirmation" if event.kind == "delivery" else "install_call"
            return (fell_away(home, meta.subject, event.reason),)
        case HomeConfirmed() if event.result == "reached":
            return (fulfilled("home_confirmation", meta.subject, meta),)
        case InstallCallMade() if event.result == "reached":
            return (fulfilled("install_call", meta.subject, meta),)
        case HalfDayTold() if event.result == "reached":
            return (fulfilled("half_day", meta.subject, meta, f"{event.on}/{event.half}"),)
        case ArrivalCalled() if event.result == "reached":
            return (fulfilled("arrival", meta.subject, meta, str(event.on)),)
        case _:
            return ()


def _contract_of(job_id: str) -> str:
    return f"contract:{job_id[2:]}"


def _ahead(on: date, meta: Meta) -> bool:
    """Whether the day is not over when this becomes known: nobody calls about last week."""
    return civil_day(meta.time) <= on


def _booked(event: InstallationBooked, meta: Meta, policy: Policy) -> tuple[Ask, ...]:
    if event.kind == "installation":
        return _day_before(event, meta, policy)
    return (fulfilled("booking", _contract_of(event.job_id), meta), *_day_before(event, meta, policy))


def _day_before(event: InstallationBooked | StopPublished, meta: Meta, policy: Policy) -> tuple[Ask, ...]:
    """The call of the day before: somebody at home for a delivery (B3), once more before an installation (B10)."""
    if event.customer is None or not _ahead(event.on, meta):
        return ()
    when = f"{texts.day_text(event.on)}{texts.half_text(event.half)}"
    if event.kind == "installation":
        return (
            call(
                "install_call",
                meta.subject,
                f"{when}安装，请再次确认时间和现场。",
                meta=meta,
                due=civil(days_later(event.on, -1), policy.install_call_due),
                role=SPECIALIST,
                customer=event.customer,
                duty="K10",
                again=True,
            ),
        )
    if event.kind != "delivery":
        return ()
    return (
        call(
            "home_confirmation",
            meta.subject,
            f"{when}送货，请确认家里有人，并告知送货后{policy.install_within_days}天内安装。",
            meta=meta,
            due=civil(days_later(event.on, -1), policy.home_call_due),
            role=ASSISTANT,
            customer=event.customer,
            duty="K3",
            again=True,
        ),
    )


def _published(event: StopPublished, meta: Meta, policy: Policy) -> tuple[Ask, ...]:
    """A delivery's leader tells the half-day, and calls again before arriving. A half-day that changed is told anew."""
    before = _day_before(event, meta, policy)
    if event.kind != "delivery" or event.customer is None or event.half is None or event.window is None:
        return before
    if not _ahead(event.on, meta):
        return ()
    day, half = texts.day_text(event.on), texts.half_text(event.half)
    return (
        *before,
        fell_away("half_day", meta.subject, "改了半天", f"{event.on}/{OTHER_HALF[event.half]}"),
        call(
            "half_day",
            meta.subject,
            f"{day}{half}送货；请告知客户上午或下午，到达前1至2小时会再打电话。",
            meta=meta,
            due=event.half_day_due or civil(days_later(event.on, -1), policy.half_day_call_due),
            role=LEADER,
            owner=event.leader,
            customer=event.customer,
            occasion=f"{event.on}/{event.half}",
            duty="K5",
        ),
        call(
            "arrival",
            meta.subject,
            f"{day}{texts.window_text(event.window)}到达，请提前1至2小时致电。",
            meta=meta,
            due=event.arrival_call_due or event.window.starts - timedelta(hours=policy.arrival_call_hours),
            role=LEADER,
            owner=event.leader,
            customer=event.customer,
            occasion=str(event.on),
            duty="K6",
            again=True,
        ),
    )


def _off_the_day(subject: str, on: date, reason: str) -> tuple[Ask, ...]:
    return (
        fell_away("half_day", subject, reason, f"{on}/am"),
        fell_away("half_day", subject, reason, f"{on}/pm"),
        fell_away("arrival", subject, reason, str(on)),
    )


def call_for_ticket(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Advice -> does it work? (C6). Repaired -> is the customer content? (C9). Regular call-backs (C17)."""
    policy = policy_book().at(meta.time)
    match event:
        case ConsultationAnswered():
            return (
                call(
                    "follow_up",
                    meta.subject,
                    "请跟进咨询：指导后问题是否解决。",
                    meta=meta,
                    due=event.watch.due,
                    role=event.watch.owner_role,
                    owner=event.watch.owner,
                    customer=event.customer,
                    occasion=str(event.answer_no),
                    duty="K16",
                ),
            )
        case FollowedUp():
            return (fulfilled("follow_up", meta.subject, meta, str(event.answer_no)),)
        case VisitCompleted() if event.outcome == "repaired" and event.customer is not None:
            return (
                call(
                    "call_back",
                    meta.subject,
                    "请回访：维修是否满意，并登记满意度。",
                    meta=meta,
                    due=end_of_day(days_later(civil_day(event.at), policy.call_back_days)),
                    role=SPECIALIST,
                    customer=event.customer,
                    again=True,
                ),
            )
        case CalledBack():
            return (fulfilled("call_back", meta.subject, meta),)
        case TicketClosed():
            return (fulfilled("call_back", meta.subject, meta),)
        case TicketCancelled():
            ended: tuple[CallPurpose, ...] = ("call_back", "damage_explained")
            advised = () if event.answer_no is None else (str(event.answer_no),)
            return (
                *(fell_away(purpose, meta.subject, "工单取消") for purpose in ended),
                *(fell_away("follow_up", meta.subject, "工单取消", answer) for answer in advised),
            )
        case TicketReplied():
            return (fulfilled("damage_explained", meta.subject, meta),)
        case LeftoverGoodsDamaged():
            return (
                call(
                    "damage_explained",
                    meta.subject,
                    f"请说明：遗留货 {event.product} 运输损坏，正在重新下单。",
                    meta=meta,
                    due=later(event.at, timedelta(minutes=policy.damage_call_minutes)),
                    role=SPECIALIST,
                    customer=event.customer,
                    occasion=event.order_no,
                ),
            )
        case CallBackPlanned():
            return (
                call(
                    "call_back",
                    meta.subject,
                    f"定期回访：{event.about}",
                    meta=meta,
                    due=event.watch.due,
                    role=event.watch.owner_role,
                    owner=event.watch.owner,
                    customer=event.customer,
                    duty=event.watch.duty,
                ),
            )
        case CustomerCalledBack() if event.reached:
            return (fulfilled("call_back", meta.subject, meta),)
        case CallBackDropped():
            return (fell_away("call_back", meta.subject, event.reason),)
        case _:
            return ()
