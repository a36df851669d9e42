"""What happens -> calls that somebody owes a customer (E3), and calls that are not needed any more."""

from datetime import date, timedelta

from company.policy import Policy, policy_book
from company.reasons import REFUNDED
from company.roles import Role
from contracts.civil_time import civil, civil_day, days_later, end_of_day, later
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, InstallCallMade, JobCancelled
from contracts.dispatch_jobs import DeliveryFailed, InstallationBooked, SiteNotReady, StopPublished, StopUnscheduled
from contracts.envelope import Meta
from contracts.fact import Half
from contracts.inventory import DamageReported
from contracts.job_ids import contract_of
from contracts.notify import CallPurpose
from contracts.order import (
    CompletenessLost,
    ContractCancelled,
    ContractFulfilled,
    DelayExplained,
    DelayNoticed,
    GoodsCompleted,
    RestOwed,
)
from contracts.service_desk_care import CallBackDropped, CallBackPlanned, CustomerCalledBack
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from contracts.service_desk_tickets import LeftoverGoodsDamaged, TicketCancelled, TicketClosed, TicketReplied
from contracts.service_desk_visits import CalledBack, VisitCompleted
from notify import texts
from notify.reactions.asking import call, fell_away, fulfilled
from runtime.decision import Ask
from runtime.reaction import On

Asks = tuple[Ask, ...]

ASSISTANT, SPECIALIST, LEADER = Role.INSTALL_ASSISTANT, Role.CS_SPECIALIST, Role.CREW_LEADER
OTHER_HALF: dict[Half, Half] = {"am": "pm", "pm": "am"}


def explain_delay(event: DelayNoticed, meta: Meta) -> Asks:
    """Delay -> it is explained (A4)."""
    if event.customer is None:
        return ()
    expected = texts.eta_text(event.eta, civil_day(meta.time))
    return (
        call(
            "delay_explained",
            meta.subject,
            f"请说明延期：{event.name or '全部货品'}，{expected}。原因：{event.reason or '未注明'}。",
            meta=meta,
            due=event.at + timedelta(minutes=_policy(meta).delay_call_minutes),
            role=ASSISTANT,
            customer=event.customer,
            occasion=event.delay_id or meta.id,
        ),
    )


def delay_explained(event: DelayExplained, meta: Meta) -> Asks:
    """Explained some other way -> the call is not needed."""
    if event.result != "reached":
        return ()
    return (fulfilled("delay_explained", meta.subject, meta, event.delay_id),)


def book(event: GoodsCompleted, meta: Meta) -> Asks:
    """Goods complete -> booking (B1); the rest of a delivery is here -> booking once more (A10)."""
    policy, is_rest = _policy(meta), event.part > 1
    goods = "余件" if is_rest else "货"
    here_since = max(event.complete_on, civil_day(event.at)) if is_rest else event.complete_on
    return (
        call(
            "booking",
            meta.subject,
            f"{goods}已齐，请预约送货安装，至少提前{policy.booking_days_ahead}天，并核对现场清单。",
            meta=meta,
            due=end_of_day(days_later(here_since, policy.booking_call_days)),
            role=ASSISTANT,
            customer=event.customer,
            again=is_rest,
        ),
    )


def rest_settled(event: RestOwed, meta: Meta) -> Asks:
    """Nothing is owed any more -> nothing to book (A10, B15)."""
    return () if event.lines else (fell_away("booking", meta.subject, "没有余件了"),)


def completeness_lost(event: CompletenessLost, meta: Meta) -> Asks:  # noqa: ARG001 - that it happened is all
    """Goods incomplete -> nothing to book."""
    return (fell_away("booking", meta.subject, "货不齐了"),)


def contract_cancelled(event: ContractCancelled, meta: Meta) -> Asks:
    """Cancelled -> nothing to book or to explain (A6)."""
    told = (fell_away("delay_explained", meta.subject, "合同取消", delay) for delay in event.unexplained)
    return (fell_away("booking", meta.subject, "合同取消"), *told)


def contract_fulfilled(event: ContractFulfilled, meta: Meta) -> Asks:
    """All of it was paid back undelivered -> no delay to explain any more (A4, B15)."""
    return tuple(fell_away("delay_explained", meta.subject, REFUNDED, delay) for delay in event.unexplained)


def explain_damage(event: DamageReported, meta: Meta) -> Asks:
    """Damage -> it is explained, about the leftover ticket that follows (C9, D4). What a count did not find is none."""
    if event.lost:
        return ()
    return (
        call(
            "damage_explained",
            f"ticket:T-{event.damage_id}",
            f"请说明破损：{event.name} {event.quantity}件，正在安排补货。",
            meta=meta,
            due=later(event.at, timedelta(minutes=_policy(meta).damage_call_minutes)),
            role=SPECIALIST,
            customer=event.customer,
        ),
    )


def site_not_ready(event: SiteNotReady, meta: Meta) -> Asks:
    """The site is not ready -> booking again on the day that was agreed (B2)."""
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


def delivery_failed(event: DeliveryFailed, meta: Meta) -> Asks:
    """Not delivered -> booking again (B14)."""
    return (
        call(
            "booking",
            f"contract:{event.contract_no}",
            f"未送成（{event.cause}），请重新预约。",
            meta=meta,
            due=end_of_day(days_later(civil_day(event.at), _policy(meta).booking_call_days)),
            role=ASSISTANT,
            customer=None,
            again=True,
        ),
    )


def _contract_of(job_id: str) -> str:
    return f"contract:{contract_of(job_id)}"


def _ahead(on: date, meta: Meta) -> bool:
    """Whether the day is not over when this becomes known: nobody calls about last week."""
    return civil_day(meta.time) <= on


def booked(event: InstallationBooked, meta: Meta) -> Asks:
    """Booked -> somebody at home? (B3, B10)"""
    before = _day_before(event, meta, _policy(meta))
    return before if event.kind == "installation" else (fulfilled("booking", _contract_of(event.job_id), meta), *before)


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


def published(event: StopPublished, meta: Meta) -> Asks:
    """Published -> a delivery's leader tells the half-day, and calls again before arriving (B5). A half-day that
    changed is told anew."""
    policy = _policy(meta)
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


def off_the_day(event: StopUnscheduled, meta: Meta) -> Asks:
    """Out of the plan -> nobody tells or announces it."""
    if event.on is None:
        return ()
    return (
        fell_away("half_day", meta.subject, event.reason, f"{event.on}/am"),
        fell_away("half_day", meta.subject, event.reason, f"{event.on}/pm"),
        fell_away("arrival", meta.subject, event.reason, str(event.on)),
    )


def job_cancelled(event: JobCancelled, meta: Meta) -> Asks:
    """The job is no more -> nobody need be home."""
    home: CallPurpose = "home_confirmation" if event.kind == "delivery" else "install_call"
    return (fell_away(home, meta.subject, event.reason),)


def home_confirmed(event: HomeConfirmed | InstallCallMade, meta: Meta) -> Asks:
    """Home is confirmed, the installation announced (B3, B10)."""
    purpose: CallPurpose = "home_confirmation" if isinstance(event, HomeConfirmed) else "install_call"
    return (fulfilled(purpose, meta.subject, meta),) if event.result == "reached" else ()


def half_day_told(event: HalfDayTold, meta: Meta) -> Asks:
    """The half-day is told (B5)."""
    if event.result != "reached":
        return ()
    return (fulfilled("half_day", meta.subject, meta, f"{event.on}/{event.half}"),)


def arrival_called(event: ArrivalCalled, meta: Meta) -> Asks:
    """The arrival is announced (B5)."""
    return (fulfilled("arrival", meta.subject, meta, str(event.on)),) if event.result == "reached" else ()


def follow_up(event: ConsultationAnswered, meta: Meta) -> Asks:
    """Advice -> does it work? (C6)"""
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


def followed_up(event: FollowedUp, meta: Meta) -> Asks:
    """Followed up (C6)."""
    return (fulfilled("follow_up", meta.subject, meta, str(event.answer_no)),)


def call_back(event: VisitCompleted, meta: Meta) -> Asks:
    """Repaired -> is the customer content? (C9)"""
    if event.outcome != "repaired" or event.customer is None:
        return ()
    return (
        call(
            "call_back",
            meta.subject,
            "请回访：维修是否满意，并登记满意度。",
            meta=meta,
            due=end_of_day(days_later(civil_day(event.at), _policy(meta).call_back_days)),
            role=SPECIALIST,
            customer=event.customer,
            again=True,
        ),
    )


def called_back(event: CalledBack | TicketClosed | CustomerCalledBack, meta: Meta) -> Asks:
    """Called back, or over (C9, C17)."""
    if isinstance(event, CustomerCalledBack) and not event.reached:
        return ()
    return (fulfilled("call_back", meta.subject, meta),)


def ticket_cancelled(event: TicketCancelled, meta: Meta) -> Asks:
    """Cancelled -> nobody need be called."""
    ended: tuple[CallPurpose, ...] = ("call_back", "damage_explained")
    advised = () if event.answer_no is None else (str(event.answer_no),)
    return (
        *(fell_away(purpose, meta.subject, "工单取消") for purpose in ended),
        *(fell_away("follow_up", meta.subject, "工单取消", answer) for answer in advised),
    )


def ticket_replied(event: TicketReplied, meta: Meta) -> Asks:  # noqa: ARG001 - that it happened is all
    """The customer had a reply: the damage is explained (C2, D4)."""
    return (fulfilled("damage_explained", meta.subject, meta),)


def explain_leftover_damage(event: LeftoverGoodsDamaged, meta: Meta) -> Asks:
    """Leftover goods damaged -> it is explained (C9)."""
    return (
        call(
            "damage_explained",
            meta.subject,
            f"请说明：遗留货 {event.product} 运输损坏，正在重新下单。",
            meta=meta,
            due=later(event.at, timedelta(minutes=_policy(meta).damage_call_minutes)),
            role=SPECIALIST,
            customer=event.customer,
            occasion=event.order_no,
        ),
    )


def regular_call_back(event: CallBackPlanned, meta: Meta) -> Asks:
    """A regular call-back (C17)."""
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


def call_back_dropped(event: CallBackDropped, meta: Meta) -> Asks:
    """Not called back (C17)."""
    return (fell_away("call_back", meta.subject, event.reason),)


def _policy(meta: Meta) -> Policy:
    return policy_book().at(meta.time)


CALL_FOR_ORDER = (
    On(DelayNoticed, explain_delay),
    On(DelayExplained, delay_explained),
    On(GoodsCompleted, book),
    On(CompletenessLost, completeness_lost),
    On(RestOwed, rest_settled),
    On(ContractCancelled, contract_cancelled),
    On(ContractFulfilled, contract_fulfilled),
)
CALL_FOR_GOODS = (On(DamageReported, explain_damage),)
CALL_FOR_JOB = (
    On(InstallationBooked, booked),
    On(SiteNotReady, site_not_ready),
    On(DeliveryFailed, delivery_failed),
    On(StopPublished, published),
    On(StopUnscheduled, off_the_day),
    On(JobCancelled, job_cancelled),
    On(HomeConfirmed, home_confirmed),
    On(InstallCallMade, home_confirmed),
    On(HalfDayTold, half_day_told),
    On(ArrivalCalled, arrival_called),
)
CALL_FOR_TICKET = (
    On(ConsultationAnswered, follow_up),
    On(FollowedUp, followed_up),
    On(VisitCompleted, call_back),
    On(CalledBack, called_back),
    On(TicketClosed, called_back),
    On(TicketCancelled, ticket_cancelled),
    On(TicketReplied, ticket_replied),
    On(LeftoverGoodsDamaged, explain_leftover_damage),
    On(CallBackPlanned, regular_call_back),
    On(CustomerCalledBack, called_back),
    On(CallBackDropped, call_back_dropped),
)
