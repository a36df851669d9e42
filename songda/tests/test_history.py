"""The history of an aggregate across services: what belongs to it, in which order, with whom, why, and the cause."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import permutations

import pytest
from rich.console import Console

from contracts.dispatch_days import DayPublished, SlotConfirmed
from contracts.dispatch_door import Signing
from contracts.dispatch_jobs import JobOpened, StopUnscheduled, VisitDone
from contracts.dispatch_runs import CashCollected
from contracts.envelope import BadEnvelope, Meta, to_headers, wire_source
from contracts.fact import Customer, Fact
from contracts.inventory import GoodsArrived
from contracts.notify import MessageRequested, MessageSent
from contracts.order import ContractAmended, ContractSigned
from contracts.publishing.published import FOLDER
from contracts.publishing.recordings import recordings
from contracts.service_desk_tickets import TicketReplied
from runtime.commands import deterministic_id
from songda.history import Cause, Entry, Record, history, masked, to_json
from songda.history_page import show

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
MA = Customer(name="马晓云", phone="13800001234", address="季华五路 10 号", district="禅城")


def record(
    key: str, event: Fact, *, chain: str = "c", command: str = "k", actor: str = "he.jx", offset: int = 0, late: int = 0
) -> Record:
    """A record of `key`'s stream; `late`: minutes between happening and recording."""
    name = event.wire
    meta = Meta(
        id=f"id:{key}:{offset}",
        type=name,
        source=wire_source(name.split(".")[1]),
        subject=key,
        time=event.at + timedelta(seconds=1, minutes=late),
        sequence=offset + 1,
        causation_id=command,
        correlation_id=chain,
        actor=actor,
        command_offset=offset,
    )
    return Record(name.split(".")[1], 0, offset, key, to_headers(meta), event.model_dump_json().encode())


def signed(contract_no: str, at: datetime = T0) -> ContractSigned:
    return ContractSigned(
        at=at,
        contract_no=contract_no,
        store_code="CC01",
        store_name="季华店",
        signed_on=date(2026, 3, 2),
        customer=MA,
        promised_on=date(2026, 3, 14),
        amount_due_fen=100,
        lines=(),
    )


def amended(contract_no: str, reason: str, at: datetime = T0) -> ContractAmended:
    return ContractAmended(at=at, contract_no=contract_no, added=(), reason=reason)


def told(records: list[Record], subject: str) -> list[tuple[str, str]]:
    return [(entry.aggregate, entry.event) for entry in history(records, subject)]


RECORDED = [
    Record(name.split(".")[1], 0, offset, dict(r.headers)["ce_subject"].decode(), r.headers, r.value)
    for offset, (name, r) in enumerate(recordings(FOLDER / "golden").items())
]


def test_a_contracts_story_runs_through_all_services() -> None:
    """X1"""
    story = history(RECORDED, "contract:HT26030001")
    assert {entry.service for entry in story} == {"order", "inventory", "dispatch", "service_desk", "notify"}
    naming = [one for one in RECORDED if b"HT26030001" in one.key.encode() + one.value]
    about = {dict(one.headers)["ce_id"].decode() for one in naming}
    assert about <= {entry.id for entry in story}
    assert not {entry.aggregate for entry in story} & {"contract:HT26010001", "fleet:main"}


def test_an_old_version_is_told_in_todays_shape() -> None:
    (entry,) = history(RECORDED, "contract:HT26010001")
    assert (entry.type, entry.content["amount_due_fen"]) == ("songda.order.ContractSigned.v1", 1865050)


def test_the_story_is_in_order_of_time_happened_then_recorded() -> None:
    """X1: a fact told late stands at its own time."""
    late = record("contract:HT1", amended("HT1", "late", T0 + timedelta(hours=1)), offset=2, late=300)
    records = [
        late,
        record("contract:HT1", amended("HT1", "next", T0 + timedelta(hours=2)), offset=1),
        record("contract:HT1", signed("HT1")),
    ]
    assert [entry.why.get("reason") for entry in history(records, "contract:HT1")] == [None, "late", "next"]


def test_whatever_the_order_of_streams_the_story_is_the_same() -> None:
    records = [
        record("contract:HT1", signed("HT1")),
        record("message:m1", MessageSent(at=T0, message_id="m1", attempt=1, provider_ref="1"), offset=1, chain="n"),
        record("message:m1", requested("m1", "contract:HT1"), chain="n"),
        record("ticket:T-1", TicketReplied(at=T0, ticket_id="T-1", note="", due=T0), chain="n", offset=4),
    ]
    assert len({tuple(told(list(mix), "contract:HT1")) for mix in permutations(records)}) == 1


def requested(message_id: str, subject: str, text: str = "您好") -> MessageRequested:
    return MessageRequested(
        at=T0,
        message_id=message_id,
        channel="sms",
        template=1,
        to="13800001234",
        text=text,
        cause_id="x",
        subject=subject,
    )


def test_an_aggregate_that_names_the_contract_once_belongs_wholly() -> None:
    sent = MessageSent(at=T0, message_id="m1", attempt=1, provider_ref="1")
    records = [
        record("contract:HT1", signed("HT1")),
        record("message:m1", requested("m1", "contract:HT1"), chain="other"),
        record("message:m1", sent, chain="third", offset=1),
        record("message:m2", MessageSent(at=T0, message_id="m2", attempt=1, provider_ref="2"), chain="fourth"),
    ]
    assert told(records, "contract:HT1") == [
        ("contract:HT1", "ContractSigned"),
        ("message:m1", "MessageRequested"),
        ("message:m1", "MessageSent"),
    ]


def test_of_a_shared_day_only_what_concerns_the_contract_is_told() -> None:
    confirmed = [
        SlotConfirmed(at=T0, depot="main", on=date(2026, 3, 13), job_id=job) for job in ("D-HT1", "D-HT10", "D-HT2")
    ]
    records = [
        record("day:main:2026-03-13", event, offset=n, chain=f"c{n}", command=f"k{n}")
        for n, event in enumerate(confirmed)
    ]
    assert [entry.content["job_id"] for entry in history(records, "contract:HT1")] == ["D-HT1"]


def test_what_the_same_chain_caused_is_told_unless_it_is_about_another_contract() -> None:
    sent = MessageSent(at=T0, message_id="m2", attempt=1, provider_ref="2")
    published = DayPublished(at=T0, depot="main", on=date(2026, 3, 13), version=1, due=T0, stops=(), crews=())
    records = [
        record("contract:HT1", signed("HT1"), chain="import"),
        record("contract:HT2", signed("HT2"), chain="import"),
        record("message:m2", requested("m2", "contract:HT2"), chain="import"),
        record("message:m2", sent, chain="import", offset=1),
        record("day:main:2026-03-13", published, chain="import"),
        record("day:main:2026-03-14", published, chain="elsewhere"),
    ]
    assert told(records, "contract:HT1") == [
        ("contract:HT1", "ContractSigned"),
        ("day:main:2026-03-13", "DayPublished"),
    ]


def test_other_aggregates_have_a_story_too() -> None:
    job = JobOpened(
        at=T0,
        job_id="V-T-1-1",
        kind="visit",
        contract_no="",
        ticket_id="T-1",
        customer=MA,
        lines=(),
        volume_l=0,
        amount_due_fen=0,
        promised_on=None,
        complete_on=None,
        due_at=None,
        summary="",
    )
    records = [
        record("ticket:T-1", TicketReplied(at=T0, ticket_id="T-1", note="", due=T0)),
        record("ticket:T-12", TicketReplied(at=T0, ticket_id="T-12", note="", due=T0), chain="d"),
        record("job:V-T-1-1", job, chain="e"),
        record("job:V-T-1-1", VisitDone(at=T0, job_id="V-T-1-1", note=""), chain="f", offset=1),
    ]
    assert told(records, "ticket:T-1") == [
        ("job:V-T-1-1", "JobOpened"),
        ("job:V-T-1-1", "VisitDone"),
        ("ticket:T-1", "TicketReplied"),
    ]


def test_nothing_is_told_of_what_never_was() -> None:
    assert history(RECORDED, "contract:HT99999999") == []


def test_an_entry_says_who_when_why_and_which_event_caused_it() -> None:
    """X1"""
    command = deterministic_id("id:contract:HT1:0", "dispatch.plan", "3")
    moved = StopUnscheduled(at=T0 + timedelta(minutes=5), job_id="D-HT1", reason="换班组")
    records = [
        record("job:D-HT1", moved, command=command, actor="system", offset=6, late=10),
        record("contract:HT1", signed("HT1"), command="http"),
    ]
    assert history(records, "contract:HT1", {"order": ["dispatch.plan", "notify.tell"]})[1] == Entry(
        at=T0 + timedelta(minutes=5),
        recorded=T0 + timedelta(minutes=15, seconds=1),
        service="dispatch",
        aggregate="job:D-HT1",
        sequence=7,
        event="StopUnscheduled",
        zh="退回待排",
        type="songda.dispatch.StopUnscheduled.v1",
        who="system",
        why={"reason": "换班组"},
        cause=Cause(
            command_id=command,
            correlation_id="c",
            reaction="dispatch.plan",
            event_id="id:contract:HT1:0",
            event="ContractSigned",
            aggregate="contract:HT1",
        ),
        id="id:job:D-HT1:6",
        content=moved.model_dump(mode="json"),
    )


def test_an_event_of_an_unknown_type_is_told_as_it_lies() -> None:
    known = record("contract:HT1", signed("HT1"))
    newer = [(n, b"songda.order.ContractFramed.v1" if n == "ce_type" else v) for n, v in known.headers]
    (entry,) = history([Record("order", 0, 0, "contract:HT1", newer, b'{"frame":"oak"}')], "contract:HT1")
    assert (entry.event, entry.zh, entry.at, entry.content) == (
        "ContractFramed",
        "",
        T0 + timedelta(seconds=1),
        {"frame": "oak"},
    )


def test_content_that_cannot_be_read_is_told_to_be_so() -> None:
    broken = Record("order", 0, 0, "contract:HT1", record("contract:HT1", signed("HT1")).headers, b'{"event":')
    (entry,) = history([broken], "contract:HT1")
    assert (entry.event, entry.content, entry.unreadable is not None) == ("ContractSigned", {}, True)


def test_a_record_without_an_envelope_is_no_history() -> None:
    with pytest.raises(BadEnvelope, match="ce_id"):
        history([Record("order", 0, 0, "contract:HT1", [("ce_type", b"x")], b"{}")], "contract:HT1")


def test_personal_data_is_masked_wherever_it_stands() -> None:
    """C18"""
    text = "马晓云您好，电话13800001234，地址季华五路 10 号，另一个号码13912345678"
    story = history(
        [
            record("contract:HT1", signed("HT1")),
            record("message:m1", requested("m1", "contract:HT1", text)),
            record("contract:HT1", amended("HT1", "马晓云来电"), offset=1),
        ],
        "contract:HT1",
    )
    shown = to_json(masked(story))
    assert [secret for secret in ("马晓云", "13800001234", "季华五路", "13912345678") if secret in shown] == []
    assert [seen for seen in ("马**", "138****1234", "139****5678", "禅城") if seen not in shown] == []
    assert "马晓云" in to_json(story)


def test_who_signed_is_masked_also_where_the_signing_is_part_of_another_fact() -> None:
    """C18, B13: the money was taken with it."""
    signing = Signing(delivered=(), signed_by="马晓云", signature_ref="s1", taught_use=True)
    taken = CashCollected(
        at=T0, on=T0.date(), crew="S1", job_id="D-HT1", amount_fen=1, on_vehicle_fen=1, signing=signing
    )
    story = history([record("run:2026-03-13:S1", taken)], "run:2026-03-13:S1")
    assert ("马晓云" in to_json(story), "马晓云" in to_json(masked(story))) == (True, False)


def test_json_carries_the_whole_entry() -> None:
    (entry,) = json.loads(to_json(history([record("contract:HT1", amended("HT1", "加购"))], "contract:HT1")))
    assert entry == {
        "at": "2026-03-02T02:00:00+00:00",
        "recorded": "2026-03-02T02:00:01+00:00",
        "service": "order",
        "aggregate": "contract:HT1",
        "sequence": 1,
        "event": "ContractAmended",
        "zh": "合同变更",
        "type": "songda.order.ContractAmended.v1",
        "who": "he.jx",
        "why": {"reason": "加购"},
        "cause": {
            "command_id": "k",
            "correlation_id": "c",
            "reaction": None,
            "event_id": None,
            "event": None,
            "aggregate": None,
        },
        "id": "id:contract:HT1:0",
        "content": amended("HT1", "加购").model_dump(mode="json"),
        "unreadable": None,
    }


def test_the_page_is_chinese_first_in_shanghai_time() -> None:
    """X5"""
    goods = GoodsArrived(
        at=T0 + timedelta(days=1),
        contract_no="HT1",
        line_no=1,
        sku="S",
        name="浴室柜",
        quantity=2,
        waybill="W1",
        arrived_on=date(2026, 3, 3),
    )
    command = deterministic_id("id:contract:HT1:0", "inventory.receive", "0")
    story = history(
        [
            record("contract:HT1", amended("HT1", "加购[b]")),
            record("goods:HT1", goods, command=command, actor="system", late=90),
        ],
        "contract:HT1",
        {"order": ["inventory.receive"]},
    )
    out = StringIO()
    show(Console(file=out, width=120, highlight=False), "contract:HT1", story, lambda who: f"<{who}>")
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "contract:HT1  2 件事 events  2026-03-02 — 2026-03-03  (上海时间 Shanghai)",
        "2026-03-02 10:00:00  合同变更 ContractAmended  order contract:HT1 #1",
        "                     谁 who: <he.jx> · 记录 recorded: 2026-03-02 10:00:01",
        "                     为何 why: 加购[b]",
        "                     起因 cause: 命令 command k",
        "                     part=1",
        "2026-03-03 10:00:00  到货 GoodsArrived  inventory goods:HT1 #1",
        "                     谁 who: <system> · 补记 told later: 2026-03-03 11:30:01",
        "                     起因 cause: ContractAmended contract:HT1 (inventory.receive)",
        "                     line_no=1  sku=S  name=浴室柜  quantity=2  waybill=W1  arrived_on=2026-03-03  depot=main",
    ]
