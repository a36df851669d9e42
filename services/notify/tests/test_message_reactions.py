"""What other services tell becomes one message for each cause, in the words of the policy's templates."""

from datetime import UTC, date, datetime

import pytest

from contracts.decision import Ask
from contracts.dispatch import CrewOfDay, DayPublished, Slot
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, Window
from contracts.inventory import DamageReported, MorningFeedbackGiven, StopFeedback
from contracts.notify import Channel, MessageRequested, MessageSent
from contracts.order import ContractSigned, DelayNoticed
from contracts.policy import policy_book
from contracts.service_desk import LeftoverGoodsArrived, LeftoverOrderApproved, TicketClosed
from notify.domain.message import RequestMessage, StartAttempt, message_id
from notify.domain.texts import VARIABLES, BadTemplate, check_templates, render
from notify.reactions import REACTIONS

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")


def meta(subject: str) -> Meta:
    return Meta("cause-1", "", "", subject, NOW, 1, "c", "c", "he.jx", 0)


def asked(source: str, event: Fact, subject: str) -> list[Ask]:
    return [ask for reaction in REACTIONS if reaction.source == source for ask in reaction.react(event, meta(subject))]


def message(channel: Channel, template: int, to: str, text: str, subject: str) -> list[Ask]:
    known_as = message_id("cause-1", template)
    command = RequestMessage(
        message_id=known_as,
        channel=channel,
        template=template,
        to=to,
        text=text,
        cause_id="cause-1",
        subject=subject,
    )
    return [Ask(f"message:{known_as}", command)]


SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 4, 10),
    amount_due_fen=0,
    lines=(),
)


def test_a_registered_contract_is_told_to_the_customer() -> None:
    """A1, E1"""
    text = "【送达】马娜您好，您的合同HT26030001已登记，承诺2026年4月10日前送货。查询请致电门店。"
    subject = "contract:HT26030001"
    assert asked("order", SIGNED, subject) == message("sms", 1, "13800001111", text, subject)


@pytest.mark.parametrize(("expected_on", "words"), [(date(2026, 3, 20), "2026年3月20日"), (None, "近期")])
def test_an_approved_leftover_order_is_told_to_the_customer(expected_on: date | None, words: str) -> None:
    """C9, E1"""
    event = LeftoverOrderApproved(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER, expected_on=expected_on)
    text = f"【送达】马娜您好，您的遗留单YL1已下单，预计{words}到货，到货后我们会与您预约上门。"
    assert asked("service_desk", event, "ticket:T-1") == message("sms", 5, "13800001111", text, "ticket:T-1")


def test_leftover_goods_that_are_in_are_told_to_the_customer() -> None:
    """C9, E1"""
    event = LeftoverGoodsArrived(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER)
    text = "【送达】马娜您好，您的遗留单YL1货已到仓，客服将与您预约上门时间。"
    assert asked("service_desk", event, "ticket:T-1") == message("sms", 6, "13800001111", text, "ticket:T-1")


def test_damage_is_told_to_the_customer_under_its_contract() -> None:
    """D4, E1"""
    event = DamageReported(
        at=NOW,
        damage_id="D1",
        contract_no="HT26030001",
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found="delivery",
        fault="carrier",
        photos=(),
        note="",
    )
    text = "【送达】马娜您好，您的合同HT26030001中连体坐便器发现破损，我们正在安排补货，并会主动联系您。"
    assert asked("inventory", event, "goods:HT26030001") == message(
        "sms", 10, "13800001111", text, "contract:HT26030001"
    )


def test_a_published_day_is_posted_to_the_group_crew_by_crew_without_customer_data() -> None:
    """B4, C18, E2"""
    crews = tuple(
        CrewOfDay(
            crew=crew,
            name=name,
            kind="delivery",
            leader=None,
            leader_name=None,
            members=(),
            vehicle="v",
            stops_per_half=4,
            volume_l_per_half=None,
        )
        for crew, name in (("S1", "送货一组"), ("S2", "送货二组"))
    )
    event = DayPublished(
        at=NOW,
        depot="main",
        on=date(2026, 3, 14),
        version=2,
        due=NOW,
        crews=crews,
        stops=(_slot("S1", "pm", 1, "HT3"), _slot("S1", "am", 2, "HT2"), _slot("S1", "am", 1, "HT1")),
    )
    text = (
        "【送货安排调整】2026年3月14日第2版，共3单\n"
        "送货一组 上午：1. HT1 08:30-12:00；2. HT2 08:30-12:00\n"
        "送货一组 下午：1. HT3 08:30-12:00"
    )
    subject = "day:main:2026-03-14"
    assert asked("dispatch", event, subject) == message("group", 0, "品牌群", text, subject)


def _slot(crew: str, half: str, position: int, contract_no: str) -> Slot:
    window = Window(starts=datetime(2026, 3, 14, 0, 30, tzinfo=UTC), ends=datetime(2026, 3, 14, 4, tzinfo=UTC))
    return Slot.model_validate(
        {
            "job_id": f"D-{contract_no}",
            "kind": "delivery",
            "contract_no": contract_no,
            "crew": crew,
            "half": half,
            "position": position,
            "window": window,
            "volume_l": 1,
            "lines": (),
        }
    )


def test_morning_feedback_is_posted_to_the_group() -> None:
    """B6, E2"""
    event = MorningFeedbackGiven(
        at=NOW,
        depot="main",
        on=date(2026, 3, 14),
        due=NOW,
        stops=(StopFeedback(job_id="D-HT1", ready=True), StopFeedback(job_id="D-HT2", ready=False, note="少1件")),
    )
    text = "【早上反馈】2026年3月14日：备齐1单，缺货1单\n缺货 D-HT2 少1件"
    subject = "picklist:main:2026-03-14"
    assert asked("inventory", event, subject) == message("group", 0, "品牌群", text, subject)


def test_a_delay_is_posted_to_the_group() -> None:
    """A4, E2"""
    event = DelayNoticed(
        at=NOW,
        contract_no="HT26030001",
        line_no=2,
        sku="WC-100",
        waybill="YD1",
        carrier="顺达",
        eta=None,
        reason="",
    )
    text = "【延期】合同HT26030001第2行 WC-100，顺达 运单YD1，到货日待定。原因：未注明。请致电客户说明。"
    subject = "contract:HT26030001"
    assert asked("order", event, subject) == message("group", 0, "品牌群", text, subject)


def test_a_message_that_was_asked_for_is_tried() -> None:
    """E4"""
    event = MessageRequested(
        at=NOW, message_id="m", channel="sms", template=1, to="1", text="t", cause_id="c", subject="s"
    )
    assert asked("notify", event, "message:m") == [Ask("message:m", StartAttempt(attempt=1))]


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("service_desk", TicketClosed(at=NOW, ticket_id="T-1", kind="repair", contract_no=None)),
        ("notify", MessageSent(at=NOW, message_id="m", attempt=1, provider_ref="p")),
    ],
)
def test_other_news_sends_nothing(source: str, event: Fact) -> None:
    """E1"""
    assert asked(source, event, "x:1") == []


def test_the_same_cause_asks_for_the_same_message_and_another_cause_for_another() -> None:
    """E4"""
    other = Meta("cause-2", "", "", "contract:HT26030001", NOW, 1, "c", "c", "he.jx", 0)
    (first,), (again,) = (asked("order", SIGNED, "contract:HT26030001") for _ in range(2))
    (second,) = REACTIONS[0].react(SIGNED, other)
    assert (first == again, first.aggregate_id == second.aggregate_id) == (True, False)


def test_a_template_is_filled_in() -> None:
    """E1"""
    assert (
        render("{name}您好，{{合同}}{no}。", {"name": "马{no}", "no": "HT1", "more": "x"}) == "马{no}您好，{合同}HT1。"
    )


@pytest.mark.parametrize("template", ["{nam}", "{name.__class__}", "{name[0]}", "{name!r}", "{name:>9}", "{}", "{name"])
def test_a_template_with_an_unknown_variable_is_refused(template: str) -> None:
    """E1"""
    with pytest.raises(BadTemplate, match="template"):
        render(template, {"name": "马娜"})


@pytest.mark.parametrize("number", sorted(VARIABLES))
def test_a_policy_without_a_template_that_is_sent_is_refused(number: int) -> None:
    """E1"""
    policy = policy_book().at(NOW)
    others = {known: text for known, text in policy.templates.items() if known != number}
    with pytest.raises(BadTemplate, match=f"no SMS template {number}"):
        check_templates(policy.model_copy(update={"templates": others}))


def test_all_templates_of_all_policies_can_be_spoken() -> None:
    """E1"""
    for policy in policy_book().revisions:
        check_templates(policy)
