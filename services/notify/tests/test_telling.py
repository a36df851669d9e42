"""What other services tell becomes one message for each cause, in the words of the policy's templates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from reaction_cases import (
    CANCELLED,
    CLOSED,
    CONTRACT,
    DAMAGE,
    DELAY,
    LEFTOVER,
    MORNING,
    NOW,
    SATURDAY,
    SIGNED,
    VISIT,
    asked,
    booked,
    messages,
    published,
    texts_of,
)

from contracts.decision import Ask
from contracts.dispatch_days import CrewOfDay, DayAdjusted, DayPublished, PlanAdjustment, Slot
from contracts.fact import Fact, GoodsLine
from contracts.inventory import MorningFeedbackGiven, StopFeedback
from contracts.notify import MessageAdmitted, MessageBarred, MessageRequested, MessageSent, OptOutNoted, Word
from contracts.policy import policy_book
from contracts.service_desk_care import MajorQualityReported
from contracts.service_desk_duties import DutyEscalated, Watch
from contracts.service_desk_tickets import LeftoverGoodsArrived, LeftoverGoodsDamaged, LeftoverOrderApproved
from notify.domain.attempts import ReleaseMessage, SuppressMessage
from notify.domain.message import RequestMessage, message_id
from notify.domain.receiver import AdmitMessage, receiver_id
from notify.domain.texts import VARIABLES, BadTemplate, check_templates, render

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
        ("dispatch", booked(on=date(2026, 3, 12))),  # told late: nobody waits for yesterday's delivery
        ("dispatch", published(customer=None)),
        ("dispatch", published(kind="visit", job_id="V-T-1-1")),
        ("dispatch", published(on=date(2026, 3, 12))),
        ("service_desk", VISIT.model_copy(update={"on": date(2026, 3, 12)})),
        ("service_desk", CLOSED.model_copy(update={"customer": None})),
        ("notify", MessageSent(at=NOW, message_id="m", attempt=1, provider_ref="p")),
    ],
)
def test_other_news_sends_nothing(source: str, event: Fact) -> None:
    """E1"""
    assert messages(source, event, "x:1") == []


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


# --- posts and the fax ------------------------------------------------------------------------------------------------


def _slot(crew: str, half: str, position: int, contract_no: str) -> Slot:
    return Slot.model_validate(
        {
            "job_id": f"D-{contract_no}",
            "kind": "delivery",
            "contract_no": contract_no,
            "crew": crew,
            "half": half,
            "position": position,
            "window": MORNING,
            "volume_l": 1,
            "lines": (GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2),),
        }
    )


CREWS = tuple(
    CrewOfDay(
        crew=crew,
        name=name,
        kind="delivery",
        leader=None,
        leader_name=leader,
        members=(),
        vehicle="粤E·3F618",
        stops_per_half=4,
        volume_l_per_half=None,
    )
    for crew, name, leader in (("S1", "送货一组", "李志强"), ("S2", "送货二组", None))
)
DAY = DayPublished(
    at=NOW,
    depot="main",
    on=SATURDAY,
    version=1,
    due=NOW,
    crews=CREWS,
    stops=(_slot("S1", "pm", 1, "HT3"), _slot("S1", "am", 2, "HT2"), _slot("S1", "am", 1, "HT1")),
)
DAY_ID = "day:main:2026-03-14"


def test_a_published_day_goes_to_the_group_and_to_the_warehouse_without_customer_data() -> None:
    """B4, C18, E2, E5"""
    plan = (
        "【送货安排】2026年3月14日第1版，共3单\n"
        "送货一组 上午：1. HT1 08:30-12:00；2. HT2 08:30-12:00\n"
        "送货一组 下午：1. HT3 08:30-12:00"
    )
    fax = (
        "【送货安排表】2026年3月14日第1版，共3单。请确认收到。\n"
        "送货一组（李志强，粤E·3F618）\n"
        "  上午1. HT1 08:30-12:00\n    1. 连体坐便器 WC-100 × 2\n"
        "  上午2. HT2 08:30-12:00\n    1. 连体坐便器 WC-100 × 2\n"
        "  下午1. HT3 08:30-12:00\n    1. 连体坐便器 WC-100 × 2"
    )
    common = {"channel": "group", "template": 0, "cause_id": "cause-1", "subject": DAY_ID, "ref": "1"}
    ids = [message_id("cause-1", 0), message_id("cause-1/fax", 0)]
    told = [
        {**common, "message_id": ids[0], "topic": "plan", "to": "品牌群", "text": plan},
        {**common, "message_id": ids[1], "topic": "fax", "to": "仓库 main", "text": fax},
    ]
    assert messages("dispatch", DAY, DAY_ID) == [
        Ask(f"message:{t['message_id']}", RequestMessage.model_validate(t)) for t in told
    ]


def test_an_adjusted_day_is_faxed_again_and_the_group_hears_what_is_different_and_why() -> None:
    """B4, E2, E5"""
    again = messages("dispatch", DAY.model_copy(update={"version": 2}), DAY_ID)
    before, after = _slot("S1", "am", 1, "HT1"), _slot("S2", "pm", 3, "HT1")
    changes = [
        PlanAdjustment(job_id="D-HT1", contract_no="HT1", before=before, after=after),
        PlanAdjustment(job_id="D-HT2", contract_no="HT2", before=before, after=None),
        PlanAdjustment(job_id="D-HT3", contract_no="HT3", before=None, after=after),
    ]
    adjusted = DayAdjusted(
        at=NOW, depot="main", on=SATURDAY, version=2, reason="车辆故障", changes=tuple(changes), told=("group",)
    )
    text = (
        "【送货安排调整】2026年3月14日第2版。原因：车辆故障\n"
        "HT1：S1 上午第1单 08:30-12:00 改为 S2 下午第3单 08:30-12:00\n"
        "HT2：取消 S1 上午第1单 08:30-12:00\n"
        "HT3：加入 S2 下午第3单 08:30-12:00"
    )
    topics = [ask.command.topic for ask in again if isinstance(ask.command, RequestMessage)]
    assert (topics, texts_of(messages("dispatch", adjusted, DAY_ID))) == (["fax"], [(DAY_ID, 0, text)])


ESCALATED = DutyEscalated(
    at=NOW,
    subject="ticket:T-1",
    duty="K13",
    item="",
    owner_role="cs_specialist",
    owner=None,
    due=NOW,
    level=1,
    told="cs_supervisor",
)
MAJOR = MajorQualityReported(
    at=NOW,
    sku="WC-100",
    product="连体坐便器",
    cause="frequency",
    ticket_ids=("T-1", "T-2", "T-3"),
    days=30,
    told=("qc", "manager"),
)
FEEDBACK = MorningFeedbackGiven(
    at=NOW,
    depot="main",
    on=SATURDAY,
    due=NOW,
    stops=(StopFeedback(job_id="D-HT1", ready=True), StopFeedback(job_id="D-HT2", ready=False, note="少1件")),
)


@pytest.mark.parametrize(
    ("source", "event", "subject", "told"),
    [
        (
            "order",
            DELAY.model_copy(update={"customer": None}),
            CONTRACT,
            (
                "delay",
                "2-YD1",
                "【延期】合同HT26030001第2行 WC-100，顺达 运单YD1，到货日待定。原因：未注明。请致电客户说明。",
            ),
        ),
        (
            "order",
            DELAY.model_copy(update={"customer": None, "line_no": 0, "waybill": "", "eta": SATURDAY, "reason": "排产"}),
            CONTRACT,
            ("delay", "2-YD1", "【延期】合同HT26030001全部货品，预计2026年3月14日到货。原因：排产。请致电客户说明。"),
        ),
        (
            "order",
            CANCELLED,
            CONTRACT,
            ("cancellation", "", "【合同取消】合同HT26030001。原因：客户退房。请停止备货、送货与安装。"),
        ),
        (
            "service_desk",
            ESCALATED,
            "ticket:T-1",
            ("escalation", "K13", "【逾期上报】K13 ticket:T-1：应于03月13日 10:00前完成，已上报客服主管，请处理。"),
        ),
        (
            "service_desk",
            MAJOR,
            "quality:WC-100",
            (
                "quality",
                "WC-100",
                "【重大质量】连体坐便器（WC-100）：30天内3单，工单T-1、T-2、T-3。请质检、经理处理。",
            ),
        ),
        (
            "service_desk",
            MAJOR.model_copy(update={"cause": "safety", "ticket_ids": ("T-1",)}),
            "quality:WC-100",
            ("quality", "WC-100", "【重大质量】连体坐便器（WC-100）：涉及安全，工单T-1。请质检、经理处理。"),
        ),
        (
            "inventory",
            FEEDBACK,
            "picklist:main:2026-03-14",
            ("feedback", "", "【早上反馈】2026年3月14日：备齐1单，缺货1单\n缺货 D-HT2 少1件"),
        ),
    ],
)
def test_news_for_all_is_a_post_to_the_group(
    source: str, event: Fact, subject: str, told: tuple[str, str, str]
) -> None:
    """A4, A6, B6, C14, E2, X4"""
    topic, ref, text = told
    known_as = message_id("cause-1", 0)
    command = RequestMessage(
        message_id=known_as,
        channel="group",
        template=0,
        to="品牌群",
        text=text,
        cause_id="cause-1",
        subject=subject,
        topic=topic,
        ref=ref,
    )
    assert messages(source, event, subject) == [Ask(f"message:{known_as}", command)]


# --- a message's own way ----------------------------------------------------------------------------------------------


def requested(channel: str) -> MessageRequested:
    told = {"message_id": "m", "channel": channel, "template": 1, "to": "13800001111", "text": "t", "cause_id": "c"}
    return MessageRequested.model_validate({"at": NOW, "subject": "s", "optional": True, **told})


def test_an_sms_is_let_through_by_its_receiver_and_a_post_goes_out_as_it_is() -> None:
    """E4"""
    receiver = receiver_id("13800001111")
    admit = AdmitMessage(receiver_id=receiver, message_id="m", urgent=False, optional=True)
    assert [asked("notify", requested(channel), "message:m") for channel in ("sms", "group")] == [
        [Ask(f"receiver:{receiver}", admit)],
        [Ask("message:m", ReleaseMessage())],
    ]


def test_what_the_receiver_says_reaches_the_message() -> None:
    """E4"""
    news = (
        MessageAdmitted(at=NOW, receiver_id="r", message_id="m", not_before=NOW, optional=False),
        MessageBarred(at=NOW, receiver_id="r", message_id="m"),
        OptOutNoted(at=NOW, receiver_id="r", phone="138****1111", reason="TD", withdrawn=("m", "n")),
    )
    assert [asked("notify", event, "receiver:r") for event in news] == [
        [Ask("message:m", ReleaseMessage(not_before=NOW))],
        [Ask("message:m", SuppressMessage())],
        [Ask("message:m", SuppressMessage()), Ask("message:n", SuppressMessage())],
    ]


# --- templates --------------------------------------------------------------------------------------------------------


def test_a_template_is_filled_in() -> None:
    """E1"""
    filled = render("{name}您好，{{合同}}{no}。", {"name": "马{no}", "no": "HT1", "more": "x"})
    assert filled == "马{no}您好，{合同}HT1。"


@pytest.mark.parametrize("template", ["{nam}", "{name.__class__}", "{name[0]}", "{name!r}", "{name:>9}", "{}", "{name"])
def test_a_template_with_an_unknown_variable_is_refused(template: str) -> None:
    """E1"""
    with pytest.raises(BadTemplate, match="template"):
        render(template, {"name": "马娜"})


@pytest.mark.parametrize("number", sorted(VARIABLES))
def test_a_policy_without_a_template_or_with_one_that_cannot_be_spoken_is_refused(number: int) -> None:
    """E1"""
    policy = policy_book().at(NOW)
    without = {known: text for known, text in policy.templates.items() if known != number}
    with pytest.raises(BadTemplate, match=f"no SMS template {number}"):
        check_templates(policy.model_copy(update={"templates": without}))
    with pytest.raises(BadTemplate, match=f"SMS template {number}: .*unknown variable {{phone}}; it may use"):
        check_templates(policy.model_copy(update={"templates": {**without, number: "{phone}"}}))


def test_a_policy_that_calls_an_unknown_template_urgent_is_refused() -> None:
    """E1"""
    policy = policy_book().at(NOW).model_copy(update={"urgent_templates": (11,)})
    with pytest.raises(BadTemplate, match=r"urgent_templates: there is no SMS template \[11\]"):
        check_templates(policy)


def test_all_templates_of_all_policies_can_be_spoken() -> None:
    """E1"""
    for policy in policy_book().revisions:
        check_templates(policy)
    assert sorted(VARIABLES) == list(range(1, 11))
