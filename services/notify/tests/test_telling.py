"""What other services tell becomes a post or a fax; a message's own way; the templates."""

import pytest
from reaction_cases import (
    CANCELLED,
    CONTRACT,
    DELAY,
    MORNING,
    NOW,
    SATURDAY,
    asked,
    messages,
    texts_of,
)

from company.policy import policy_book
from contracts.dispatch_days import CrewOfDay, DayAdjusted, DayPublished, PlanAdjustment, Slot
from contracts.fact import Fact, GoodsLine
from contracts.inventory import MorningFeedbackGiven, StopFeedback
from contracts.notify import MessageAdmitted, MessageBarred, MessageRequested, OptOutNoted
from contracts.service_desk_care import MajorQualityReported
from contracts.service_desk_duties import DutyEscalated
from notify.message.attempts import ReleaseMessage, SuppressMessage
from notify.message.request import RequestMessage, message_id
from notify.receiver import AdmitMessage, receiver_id
from notify.texts import VARIABLES, BadTemplate, check_templates, fax_text, plan_text, render
from runtime.decision import Ask

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


def test_where_the_company_has_two_depots_the_group_and_the_fax_hear_whose_day_it_is() -> None:
    """D17, B4, E5: the fax goes to that warehouse."""
    policy = policy_book().at(NOW)
    shunde = policy.depots[0].model_copy(update={"depot": "shunde", "name": "顺德仓"})
    two = policy.model_copy(update={"depots": (*policy.depots, shunde)})
    theirs = DAY.model_copy(update={"depot": "shunde"})
    told = [text(day, two) for text in (plan_text, fax_text) for day in (DAY, theirs)]
    assert [name in text for name, text in zip(2 * ("总仓 2026年", "顺德仓 2026年"), told, strict=True)] == 4 * [True]
    assert "总仓" not in plan_text(DAY, policy)


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
    common = {
        "channel": "group",
        "template": 0,
        "cause_id": "cause-1",
        "subject": DAY_ID,
        "ref": "1",
        "last_day": SATURDAY,
    }
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
        last_day=SATURDAY if isinstance(event, MorningFeedbackGiven) else None,
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
