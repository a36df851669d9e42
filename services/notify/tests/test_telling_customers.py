"""What other services tell becomes one SMS for each cause, in the words of the policy's templates (E1)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from message_cases import at
from reaction_cases import (
    CLOSED,
    CONTRACT,
    DAMAGE,
    DELAY,
    LEFTOVER,
    NOW,
    SIGNED,
    VISIT,
    asked,
    booked,
    messages,
    published,
    texts_of,
)

from contracts.civil_time import civil_day, end_of_day
from contracts.dispatch_days import DayAdjusted, DayPublished
from contracts.fact import Fact
from contracts.inventory import MorningFeedbackGiven
from contracts.inventory_corrections import DamageTakenBack
from contracts.notify import MessageFailed, MessageRequested, MessageSent, Word
from contracts.order import DelayNoticed
from contracts.service_desk_duties import Watch
from contracts.service_desk_tickets import LeftoverGoodsArrived, LeftoverGoodsDamaged, LeftoverOrderApproved
from notify.call import RequestCall
from notify.message.aggregate import MESSAGE
from notify.message.attempts import WithdrawMessage
from notify.message.request import RequestMessage, message_id
from runtime.decision import Ask
from runtime.testing import given

# --- SMS 1 to 10 ------------------------------------------------------------------------------------------------------


def test_a_registered_contract_is_told_to_the_customer_whole_and_with_its_variables() -> None:
    """A1, E1"""
    known_as = message_id("cause-1", 1)
    command = RequestMessage(
        message_id=known_as,
        channel="sms",
        template=1,
        to="13800001111",
        text="【送达】马娜您好，您的合同HT26030001已登记，承诺2026年4月10日前送货。查询请致电门店。",
        cause_id="cause-1",
        subject=CONTRACT,
        last_day=date(2026, 4, 10),
        words=(
            Word(name="name", value="马娜"),
            Word(name="contract_no", value="HT26030001"),
            Word(name="promised_on", value="2026年4月10日"),
        ),
    )
    assert messages("order", SIGNED, CONTRACT) == [Ask(f"message:{known_as}", command)]


@pytest.mark.parametrize(
    ("source", "event", "subject", "told"),
    [
        (
            "dispatch",
            booked(),
            "job:D-HT26030001",
            (CONTRACT, 2, "您的合同HT26030001已约定2026年3月17日上午送货，送货后2天内安装。如需更改请尽早联系客服。"),
        ),
        (
            "dispatch",
            published(),
            "job:D-HT26030001",
            (CONTRACT, 3, "您的合同HT26030001定于2026年3月14日上午送货，到达前1至2小时会再致电，请留人在家。"),
        ),
        (
            "dispatch",
            published(job_id="I-HT26030001", kind="installation", half="pm"),
            "job:I-HT26030001",
            (CONTRACT, 4, "您的合同HT26030001定于2026年3月14日下午上门安装，师傅出发前会再致电，请留人在家。"),
        ),
        (
            "service_desk",
            LeftoverOrderApproved(at=NOW, **LEFTOVER, expected_on=date(2026, 3, 20)),
            "ticket:T-1",
            ("ticket:T-1", 5, "您的遗留单YL1已下单，预计2026年3月20日到货，到货后我们会与您预约上门。"),
        ),
        (
            "service_desk",
            LeftoverOrderApproved(at=NOW, **LEFTOVER, expected_on=None),
            "ticket:T-1",
            ("ticket:T-1", 5, "您的遗留单YL1已下单，预计近期到货，到货后我们会与您预约上门。"),
        ),
        (
            "service_desk",
            LeftoverGoodsArrived(at=NOW, **LEFTOVER),
            "ticket:T-1",
            ("ticket:T-1", 6, "您的遗留单YL1货已到仓，客服将与您预约上门时间。"),
        ),
        (
            "service_desk",
            VISIT,
            "ticket:T-1",
            ("ticket:T-1", 7, "已为您预约2026年3月14日 08:30-12:00上门服务（单号T-1），技师上门前会出示工作证。"),
        ),
        (
            "service_desk",
            CLOSED,
            "ticket:T-1",
            ("ticket:T-1", 8, "感谢您的信任，请为本次服务评价：https://songda.example/rate/T-1 。退订回复TD。"),
        ),
        (
            "inventory",
            DAMAGE,
            "goods:HT26030001",
            (CONTRACT, 10, "您的合同HT26030001中连体坐便器发现破损，我们正在安排补货，并会主动联系您。"),
        ),
        (
            "service_desk",
            LeftoverGoodsDamaged(
                at=NOW, **LEFTOVER, contract_no="HT26030001", product="台面", fault="carrier", note="", photos=()
            ),
            "ticket:T-1",
            ("ticket:T-1", 10, "您的合同HT26030001中台面发现破损，我们正在安排补货，并会主动联系您。"),
        ),
    ],
)
def test_what_a_customer_should_know_is_an_sms_by_its_number(
    source: str, event: Fact, subject: str, told: tuple[str, int, str]
) -> None:
    """A4, B3, C9, C11, D4, E1"""
    about, template, text = told
    assert texts_of(messages(source, event, subject)) == [(about, template, f"【送达】马娜您好，{text}")]


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("dispatch", booked(customer=None)),
        ("dispatch", booked(kind="installation", job_id="I-HT26030001")),
        ("dispatch", published(customer=None)),
        ("dispatch", published(kind="visit", job_id="V-T-1-1")),
        ("service_desk", CLOSED.model_copy(update={"customer": None})),
        ("inventory", DAMAGE.model_copy(update={"lost": True})),  # not found in a count is not broken
        ("notify", MessageSent(at=NOW, message_id="m", attempt=1, provider_ref="p")),
    ],
)
def test_other_news_sends_nothing(source: str, event: Fact) -> None:
    """E1, D16"""
    assert messages(source, event, "x:1") == []


def test_damage_that_was_none_is_told_to_nobody_who_has_not_heard_of_it() -> None:
    """D16, E4: what waits does not go out; of what is damaged all the same, it does."""
    (told,) = messages("inventory", DAMAGE, "goods:HT26030001")
    taken_back = DamageTakenBack(
        at=NOW,
        contract_no=DAMAGE.contract_no,
        damage_id=DAMAGE.damage_id,
        line_no=DAMAGE.line_no,
        sku=DAMAGE.sku,
        name=DAMAGE.name,
        quantity=1,
        left=0,
        found="delivery",
        correction_no="SG1",
        reason="录错",
    )
    asks = asked("inventory", taken_back, "goods:HT26030001")
    assert [(ask.aggregate_id, type(ask.command)) for ask in asks] == [(told.aggregate_id, WithdrawMessage)]
    assert isinstance(told.command, RequestMessage)
    waiting = given(MESSAGE).after(told.command, ctx=at(NOW))
    (failed,) = waiting.asks(asks[0].command, at(NOW)).events
    assert isinstance(failed, MessageFailed)
    assert failed.final
    assert asked("inventory", taken_back.model_copy(update={"left": 1}), "goods:HT26030001") == []


YESTERDAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("order", SIGNED.model_copy(update={"promised_on": YESTERDAY})),
        ("order", DELAY.model_copy(update={"eta": YESTERDAY})),
        ("dispatch", booked(on=YESTERDAY)),
        ("dispatch", published(on=YESTERDAY)),
        ("service_desk", VISIT.model_copy(update={"on": YESTERDAY})),
        ("dispatch", DayPublished(at=NOW, depot="main", on=YESTERDAY, version=1, due=NOW, crews=(), stops=())),
        ("dispatch", DayAdjusted(at=NOW, depot="main", on=YESTERDAY, version=2, reason="", changes=(), told=())),
        ("inventory", MorningFeedbackGiven(at=NOW, depot="main", on=YESTERDAY, due=NOW, stops=())),
    ],
)
def test_nobody_is_told_of_a_day_that_is_over(source: str, event: Fact) -> None:
    """A8, E1, E2, X1: what is told late is no news to the customer or the group; only that goods are late stays one."""
    commands = [ask.command for ask in messages(source, event, "x:1") if isinstance(ask.command, RequestMessage)]
    told = [one for command in commands for one in given(MESSAGE).asks(command, at(NOW)).events]
    requested = [one for one in told if isinstance(one, MessageRequested)]
    assert commands
    assert [one.topic for one in requested] == (["delay"] if isinstance(event, DelayNoticed) else [])
    assert not any("2026年3月12日" in one.text for one in requested)


def test_a_leftover_order_expected_on_a_day_that_is_over_is_expected_soon() -> None:
    """C9, X1"""
    event = LeftoverOrderApproved(at=NOW, **LEFTOVER, expected_on=YESTERDAY)
    (ask,) = messages("service_desk", event, "ticket:T-1")
    assert isinstance(ask.command, RequestMessage)
    assert ("近期" in ask.command.text, ask.command.last_day) == (True, None)


def test_the_same_cause_asks_for_the_same_message_and_another_cause_for_another() -> None:
    """E4"""
    ids = [[ask.aggregate_id for ask in messages("order", SIGNED, CONTRACT, cause)] for cause in ("a", "a", "b")]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


def test_a_plan_that_is_published_again_tells_only_those_whose_half_day_is_another() -> None:
    """B4, E4"""
    stops = (
        published(),
        published(version=2),
        published(version=3, half="pm"),
        published(version=4, on=date(2026, 3, 16)),
    )
    ids = [messages("dispatch", stop, "job:D-HT26030001", f"cause-{n}")[0].aggregate_id for n, stop in enumerate(stops)]
    assert (ids[0] == ids[1], len(set(ids))) == (True, 3)


def test_several_late_lines_of_one_contract_are_one_sms_and_a_post_each() -> None:
    """A4, E2"""
    lines = (DELAY, DELAY.model_copy(update={"line_no": 3, "delay_id": "3-YD1"}))
    asks = [messages("order", line, CONTRACT, f"cause-{line.line_no}") for line in lines]
    assert ([len(ask) for ask in asks], len({ask.aggregate_id for pair in asks for ask in pair})) == ([2, 2], 3)
    assert texts_of(asks[0])[1] == (
        CONTRACT,
        9,
        "【送达】马娜您好，您的合同HT26030001中部分货品延期，到货日待定，给您添麻烦了，客服会致电说明。",
    )


@pytest.mark.parametrize(
    ("at", "watch", "due"),
    [
        (NOW, None, datetime(2026, 3, 13, 16, tzinfo=UTC)),  # midnight in Shanghai
        (datetime(2026, 3, 13, 14, tzinfo=UTC), None, datetime(2026, 3, 14, 16, tzinfo=UTC)),  # 22:00: the next day's
        (datetime(2026, 3, 12, 20, tzinfo=UTC), None, datetime(2026, 3, 13, 16, tzinfo=UTC)),  # 4:00
        (NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=1)),  # as the service desk says
    ],
)
def test_sms_5_is_owed_the_same_day(at: datetime, watch: datetime | None, due: datetime) -> None:
    """K17"""
    clock = None if watch is None else Watch(duty="K17", owner_role="cs_specialist", due=watch)
    event = LeftoverOrderApproved(at=at, **LEFTOVER, expected_on=None, watch=clock)
    (ask,) = messages("service_desk", event, "ticket:T-1", time=at)
    assert isinstance(ask.command, RequestMessage)
    assert (ask.command.duty, ask.command.due) == ("K17", due)


def test_damage_is_told_at_once_and_thanks_only_to_those_who_want_them() -> None:
    """C9, D4, E4"""
    commands = [
        messages(source, event, subject)[0].command
        for source, event, subject in (
            ("inventory", DAMAGE, "x:1"),
            ("service_desk", CLOSED, "x:1"),
            ("order", SIGNED, "x"),
        )
    ]
    assert [(c.urgent, c.optional) for c in commands if isinstance(c, RequestMessage)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


# --- numbers that get no text messages --------------------------------------------------------------------------------

LANDLINE = {"phone": "0757-83990000"}


def calls(source: str, event: Fact, subject: str) -> list[Ask]:
    return [ask for ask in asked(source, event, subject) if isinstance(ask.command, RequestCall)]


def with_phones(event: Any, **phones: str) -> Any:
    return event.model_copy(update={"customer": event.customer.model_copy(update=phones)})


@pytest.mark.parametrize("number", ["0757-83990000", "4001234567", "+85291234567"])
def test_a_customer_whose_number_gets_no_texts_is_called_with_the_same_words(number: str) -> None:
    """E1, E3, A1: by the end of the day."""
    event = with_phones(SIGNED, phone=number)
    assert messages("order", event, CONTRACT) == []
    (call,) = calls("order", event, CONTRACT)
    (told,) = messages("order", SIGNED, CONTRACT)
    assert isinstance(call.command, RequestCall)
    assert isinstance(told.command, RequestMessage)
    assert (call.command.purpose, call.command.script) == ("follow_up", told.command.text)
    assert (call.command.customer, call.command.due) == (event.customer, end_of_day(civil_day(NOW)))
    assert calls("order", event, CONTRACT) == [call], "the same cause is the same call"


def test_the_mobile_of_two_numbers_is_texted() -> None:
    """E1"""
    (told,) = messages("order", with_phones(SIGNED, **LANDLINE, second_phone="13800002222"), CONTRACT)
    assert isinstance(told.command, RequestMessage)
    assert told.command.to == "13800002222"
    assert calls("order", with_phones(SIGNED, **LANDLINE, second_phone="13800002222"), CONTRACT) == []


def test_who_is_called_about_the_same_anyway_or_need_not_be_told_gets_no_second_call() -> None:
    """A4, D4, C11"""
    of_damage = calls("inventory", with_phones(DAMAGE, **LANDLINE), "goods:HT26030001")
    assert [ask.command.purpose for ask in of_damage if isinstance(ask.command, RequestCall)] == ["damage_explained"]
    assert calls("service_desk", with_phones(CLOSED, **LANDLINE), "ticket:T-1") == []
