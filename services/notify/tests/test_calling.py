"""What happens becomes a call that somebody owes a customer, and a call that is not needed is dropped."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from reaction_cases import (
    CANCELLED,
    CLOSED,
    CONTRACT,
    CUSTOMER,
    DAMAGE,
    DELAY,
    NOW,
    SATURDAY,
    asked,
    booked,
    calls,
    drops,
    published,
)

from company.reasons import REFUNDED
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, InstallCallMade, JobCancelled
from contracts.dispatch_jobs import Checklist, DeliveryFailed, SiteNotReady, StopUnscheduled
from contracts.fact import Fact
from contracts.order import CompletenessLost, ContractFulfilled, DelayExplained, GoodsCompleted
from contracts.service_desk_care import CallBackDropped, CallBackPlanned, CustomerCalledBack
from contracts.service_desk_duties import Watch
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from contracts.service_desk_tickets import LeftoverGoodsDamaged, TicketCancelled, TicketReplied
from contracts.service_desk_visits import CalledBack, VisitCompleted
from notify.call import RequestCall, call_id

JOB = "job:D-HT26030001"
COMPLETE = GoodsCompleted(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    customer=CUSTOMER,
    promised_on=date(2026, 4, 10),
    amount_due_fen=0,
    lines=(),
    complete_on=date(2026, 3, 12),
)
NO = Checklist(switch_panels=False, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True)
NOT_READY = SiteNotReady(
    at=NOW, job_id="D-HT26030001", missing=("开关面板",), call_back_on=date(2026, 3, 20), checklist=NO
)
FAILED = DeliveryFailed(
    at=NOW,
    job_id="D-HT26030001",
    contract_no="HT26030001",
    crew="S1",
    leader="li.zq",
    cause="家里没人",
    goods="returned",
    consent_by="谭志文",
    window_ends=NOW,
)
WATCH = Watch(duty="K16", owner_role="cs_specialist", owner="liang.my", due=NOW + timedelta(hours=2))
ADVICE = ConsultationAnswered(at=NOW, ticket_id="T-1", answer_no=1, customer=CUSTOMER, answer="先关阀", watch=WATCH)
REPAIRED = VisitCompleted(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    outcome="repaired",
    report_ref=None,
    note="",
    window_ends=NOW,
    customer=CUSTOMER,
)
PLANNED = CallBackPlanned(
    at=NOW,
    callback_id="CB1",
    contract_no="HT26030001",
    customer=CUSTOMER,
    about="使用情况",
    due_on=SATURDAY,
    watch=WATCH.model_copy(update={"duty": "C17", "owner": None}),
)
BROKEN = LeftoverGoodsDamaged(
    at=NOW,
    ticket_id="T-1",
    order_no="YL1",
    contract_no=None,
    customer=CUSTOMER,
    product="台面",
    fault="carrier",
    note="",
    photos=(),
)


@pytest.mark.parametrize(
    ("source", "event", "subject", "expected"),
    [
        ("order", DELAY, CONTRACT, [f"delay_explained {CONTRACT} 2-YD1 install_assistant 03-13 12:00 "]),
        ("order", COMPLETE, CONTRACT, [f"booking {CONTRACT} - install_assistant 03-14 00:00 "]),
        ("inventory", DAMAGE, "goods:HT26030001", ["damage_explained ticket:T-D1 - cs_specialist 03-13 12:00 "]),
        ("dispatch", booked(), JOB, [f"home_confirmation {JOB} - install_assistant 03-16 23:59 K3"]),
        (
            "dispatch",
            booked(job_id="I-HT26030001", kind="installation"),
            "job:I-HT26030001",
            ["install_call job:I-HT26030001 - cs_specialist 03-16 17:00 K10"],
        ),
        ("dispatch", NOT_READY, JOB, [f"booking {CONTRACT} - install_assistant 03-21 00:00 "]),
        ("dispatch", FAILED, JOB, [f"booking {CONTRACT} - install_assistant 03-15 00:00 "]),
        (
            "dispatch",
            published(),
            JOB,
            [
                f"home_confirmation {JOB} - install_assistant 03-13 23:59 K3",
                f"half_day {JOB} 2026-03-14/am li.zq 03-13 19:00 K5",
                f"arrival {JOB} 2026-03-14 li.zq 03-14 07:30 K6",
            ],
        ),
        (
            "dispatch",
            published(job_id="I-HT26030001", kind="installation"),
            "job:I-HT26030001",
            ["install_call job:I-HT26030001 - cs_specialist 03-13 17:00 K10"],
        ),
        ("service_desk", ADVICE, "ticket:T-1", ["follow_up ticket:T-1 1 liang.my 03-13 12:00 K16"]),
        ("service_desk", REPAIRED, "ticket:T-1", ["call_back ticket:T-1 - cs_specialist 03-16 00:00 "]),
        ("service_desk", PLANNED, "callback:CB1", ["call_back callback:CB1 - cs_specialist 03-13 12:00 C17"]),
        ("service_desk", BROKEN, "ticket:T-1", ["damage_explained ticket:T-1 YL1 cs_specialist 03-13 12:00 "]),
    ],
)
def test_a_call_is_owed_by_somebody_by_a_time(source: str, event: Fact, subject: str, expected: list[str]) -> None:
    """A4, B1, B3, B5, B10, C6, C9, C17, D4, E3"""
    assert calls(source, event, subject) == expected


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("order", DELAY.model_copy(update={"customer": None})),
        ("dispatch", booked(customer=None)),
        ("dispatch", booked(on=date(2026, 3, 12))),
        ("dispatch", published(customer=None)),
        ("dispatch", published(kind="visit")),
        ("dispatch", published(on=date(2026, 3, 12))),
        ("service_desk", REPAIRED.model_copy(update={"outcome": "customer_absent"})),
    ],
)
def test_other_news_asks_for_no_call(source: str, event: Fact) -> None:
    """E3"""
    assert calls(source, event, "x:1") == []


def told(model: Any, **more: Any) -> Any:
    common = {"at": NOW, "job_id": "D-HT26030001", "on": SATURDAY, "result": "reached", "note": "", "called_by": "x"}
    given = {"half": "am", "crew": "S1", "leader": "li.zq", "due": NOW, "due_from": NOW, "expected_at": NOW}
    return model.model_validate({**common, **given, "at_home": True, "install_by": None, **more})


EXPLAINED = DelayExplained(
    at=NOW, contract_no="HT26030001", delay_id="2-YD1", result="reached", note="", called_by="he.jx"
)


@pytest.mark.parametrize(
    ("source", "event", "subject", "call"),
    [
        ("order", EXPLAINED, CONTRACT, ("delay_explained", CONTRACT, "2-YD1")),
        ("dispatch", booked(), JOB, ("booking", CONTRACT, "")),
        ("dispatch", told(HomeConfirmed), JOB, ("home_confirmation", JOB, "")),
        ("dispatch", told(InstallCallMade), "job:I-1", ("install_call", "job:I-1", "")),
        ("dispatch", told(HalfDayTold), JOB, ("half_day", JOB, "2026-03-14/am")),
        ("dispatch", told(ArrivalCalled), JOB, ("arrival", JOB, "2026-03-14")),
        (
            "service_desk",
            FollowedUp(at=NOW, ticket_id="T-1", answer_no=1, solved=True, note="", due=NOW),
            "ticket:T-1",
            ("follow_up", "ticket:T-1", "1"),
        ),
        (
            "service_desk",
            CalledBack(at=NOW, ticket_id="T-1", satisfied=True, note=""),
            "ticket:T-1",
            ("call_back", "ticket:T-1", ""),
        ),
        ("service_desk", CLOSED, "ticket:T-1", ("call_back", "ticket:T-1", "")),
        (
            "service_desk",
            TicketReplied(at=NOW, ticket_id="T-D1", note="", due=NOW),
            "ticket:T-D1",
            ("damage_explained", "ticket:T-D1", ""),
        ),
        (
            "service_desk",
            CustomerCalledBack(
                at=NOW,
                callback_id="CB1",
                contract_no=None,
                customer=CUSTOMER,
                reached=True,
                satisfied=True,
                note="",
                complaint="",
                due=NOW,
            ),
            "callback:CB1",
            ("call_back", "callback:CB1", ""),
        ),
    ],
)
def test_what_was_done_elsewhere_needs_no_call(
    source: str, event: Fact, subject: str, call: tuple[str, str, str]
) -> None:
    """E3"""
    assert drops(source, event, subject) == {f"call:{call_id(*call)}": ("fulfilled", "Something")}


@pytest.mark.parametrize(
    ("source", "event", "subject"),
    [
        ("order", EXPLAINED.model_copy(update={"result": "not_reached"}), CONTRACT),
        ("dispatch", told(HomeConfirmed, result="later"), JOB),
        ("dispatch", told(HalfDayTold, result="not_reached"), JOB),
    ],
)
def test_a_customer_who_was_not_reached_is_still_to_be_called(source: str, event: Fact, subject: str) -> None:
    """E3"""
    assert drops(source, event, subject) == {}


LOST = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="破损")
PAID_BACK = ContractFulfilled(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    customer=CUSTOMER,
    fulfilled_on=date(2026, 3, 12),
    delivered=False,
    unexplained=("H1",),
)
OFF = StopUnscheduled(at=NOW, job_id="D-HT26030001", reason="改期", on=SATURDAY)


@pytest.mark.parametrize(
    ("source", "event", "subject", "gone"),
    [
        ("order", LOST, CONTRACT, {("booking", CONTRACT, ""): "货不齐了"}),
        ("order", PAID_BACK, CONTRACT, {("delay_explained", CONTRACT, "H1"): REFUNDED}),
        ("order", CANCELLED, CONTRACT, {("booking", CONTRACT, ""): "合同取消"}),
        (
            "order",
            CANCELLED.model_copy(update={"unexplained": ("L1", "H2")}),
            CONTRACT,
            {
                ("booking", CONTRACT, ""): "合同取消",
                ("delay_explained", CONTRACT, "L1"): "合同取消",
                ("delay_explained", CONTRACT, "H2"): "合同取消",
            },
        ),
        (
            "dispatch",
            OFF,
            JOB,
            {
                ("half_day", JOB, "2026-03-14/am"): "改期",
                ("half_day", JOB, "2026-03-14/pm"): "改期",
                ("arrival", JOB, "2026-03-14"): "改期",
            },
        ),
        ("dispatch", published(), JOB, {("half_day", JOB, "2026-03-14/pm"): "改了半天"}),
        (
            "dispatch",
            JobCancelled(at=NOW, job_id="D-HT26030001", kind="delivery", contract_no="HT26030001", reason="合同取消"),
            JOB,
            {("home_confirmation", JOB, ""): "合同取消"},
        ),
        (
            "service_desk",
            CallBackDropped(at=NOW, callback_id="CB1", reason="客户不需要"),
            "callback:CB1",
            {("call_back", "callback:CB1", ""): "客户不需要"},
        ),
        (
            "service_desk",
            TicketCancelled(
                at=NOW,
                ticket_id="T-1",
                kind="repair",
                contract_no=None,
                customer=CUSTOMER,
                sku="",
                cause="other",
                into=None,
                reason="x",
            ),
            "ticket:T-1",
            {("call_back", "ticket:T-1", ""): "工单取消", ("damage_explained", "ticket:T-1", ""): "工单取消"},
        ),
        (
            "service_desk",
            TicketCancelled(
                at=NOW,
                ticket_id="T-2",
                kind="consultation",
                contract_no=None,
                customer=CUSTOMER,
                sku="",
                cause="customer_withdrew",
                into=None,
                reason="x",
                answer_no=2,
            ),
            "ticket:T-2",
            {
                ("call_back", "ticket:T-2", ""): "工单取消",
                ("damage_explained", "ticket:T-2", ""): "工单取消",
                ("follow_up", "ticket:T-2", "2"): "工单取消",
            },
        ),
    ],
)
def test_what_has_fallen_away_needs_no_call(
    source: str, event: Fact, subject: str, gone: dict[tuple[str, str, str], str]
) -> None:
    """E3"""
    assert drops(source, event, subject) == {f"call:{call_id(*c)}": ("fell_away", note) for c, note in gone.items()}


def test_a_call_says_who_is_called_what_to_say_and_why() -> None:
    """E3"""
    (ask,) = [ask for ask in asked("order", DELAY, CONTRACT) if isinstance(ask.command, RequestCall)]
    known_as = call_id("delay_explained", CONTRACT, "2-YD1")
    assert (ask.aggregate_id, ask.command) == (
        f"call:{known_as}",
        RequestCall(
            call_id=known_as,
            purpose="delay_explained",
            subject=CONTRACT,
            occasion="2-YD1",
            customer=CUSTOMER,
            due=datetime.fromisoformat("2026-03-13T12:00:00+08:00"),
            owner_role="install_assistant",
            owner=None,
            script="请说明延期：全部货品，到货日待定。原因：未注明。",
            cause_id="cause-1",
        ),
    )
