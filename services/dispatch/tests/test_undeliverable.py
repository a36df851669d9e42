"""ReportUndeliverable, ConsentToFailure, FailDelivery: a stop that cannot be delivered."""

from datetime import date

from dispatch_cases import (
    AGREED,
    BOOKED,
    CTX,
    CUSTOMER,
    DELIVERED,
    FAILED,
    GOODS,
    JOB,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    POLICY,
    SUPERVISOR,
    a_job,
)

from contracts.dispatch_road import StopUndeliverable
from contracts.fact import GoodsLine
from dispatch.departure import is_passed
from dispatch.job.pick_up import ArrangePickUp
from dispatch.job.row import job_row
from dispatch.job.state import Failed
from dispatch.job.terms import LimitLine, OpenJob
from dispatch.job.undeliverable import ConsentToFailure, FailDelivery, ReportUndeliverable
from dispatch.refusals import no
from runtime.decision import SAID_OTHERWISE
from runtime.refusal import Term

REPORT = ReportUndeliverable(cause="客户不在", customer_reached=False)
REPORTED = StopUndeliverable(
    at=NOW,
    job_id=JOB,
    contract_no="HT26030001",
    crew="S1",
    leader="li.zq",
    cause="客户不在",
    customer_reached=False,
)
BACK = FailDelivery(cause="客户不在", goods="returned")


def test_a_stop_that_cannot_be_delivered_is_reported_to_the_office_once() -> None:
    """B14"""
    histories = (ON_THE_WAY, (*ON_THE_WAY, REPORTED), (*ON_THE_WAY, FAILED), (*ON_THE_WAY, DELIVERED), (OPENED,))
    assert [a_job(*history).asks(REPORT, CTX).decided for history in histories] == [
        (REPORTED,),
        (),
        (),
        no("already_over", job_id=JOB),
        no("not_on_the_way", rule="B14", job_id=JOB),
    ]


def test_what_is_said_otherwise_of_a_stop_that_cannot_be_delivered_is_kept_or_refused() -> None:
    """B14, X7: on the road it is told anew; once it has failed it is refused, and both causes are shown."""
    reported = a_job(*ON_THE_WAY, REPORTED)
    reached = REPORT.model_copy(update={"customer_reached": True})
    reported.asks(reached, CTX).then(REPORTED.model_copy(update={"customer_reached": True}))
    failed = a_job(*ON_THE_WAY, FAILED)
    refused = failed.asks(REPORT.model_copy(update={"cause": "电梯坏了"}), CTX).refuses(SAID_OTHERWISE)
    assert refused.facts == {"known": FAILED.cause, "told": "电梯坏了"}
    agreed = a_job(*ON_THE_WAY, AGREED)
    agreed.asks(ConsentToFailure(goods="returned", note="明天再送"), SUPERVISOR).then_names("FailureConsented")


def test_the_office_consents_once_to_where_the_goods_go() -> None:
    """B14"""
    consent = ConsentToFailure(goods="returned")
    histories = ((*ON_THE_WAY, REPORTED), (*ON_THE_WAY, AGREED), (OPENED,))
    assert [a_job(*history).asks(consent, SUPERVISOR).decided for history in histories] == [
        (AGREED,),
        (),
        no("not_on_the_way", rule="B14", job_id=JOB),
    ]


def test_with_the_recorded_consent_the_goods_go_back() -> None:
    """B14"""
    a_job(*ON_THE_WAY, REPORTED, AGREED).asks(BACK, CTX).then(FAILED.model_copy(update={"consent_by": "tan.zw"}))


def test_the_goods_go_where_the_office_agreed_and_nowhere_else() -> None:
    """B14"""
    deposit = FailDelivery(cause="客户不在", goods="deposited", signature_ref="s")
    a_job(*ON_THE_WAY, AGREED).asks(deposit, CTX).refuses(
        no("consent_differs", job_id=JOB, goods=Term("退回", "returned", "returned"))
    )


def test_without_consent_or_with_the_leaders_own_nothing_goes_back() -> None:
    """B14, B23: a name that is written down is no consent, and nobody consents to what they register themselves."""
    named = BACK.model_copy(update={"consent_by": "he.jx"})
    by_leader = AGREED.model_copy(update={"consent_by": "li.zq"})
    asked = [
        a_job(*ON_THE_WAY).asks(BACK, CTX),
        a_job(*ON_THE_WAY).asks(named, CTX),
        a_job(*ON_THE_WAY, AGREED).asks(named, CTX),
        a_job(*ON_THE_WAY, by_leader).asks(BACK, CTX),
        a_job(*ON_THE_WAY, AGREED).asks(BACK, SUPERVISOR),
    ]
    assert [one.decided for one in asked] == [
        no("consent_missing", job_id=JOB),
        no("consent_missing", job_id=JOB),
        no("consent_named", job_id=JOB, named="he.jx", agreed="tan.zw"),
        no("own_consent", job_id=JOB),
        no("own_consent", job_id=JOB),
    ]


def test_nothing_is_left_in_deposit_without_a_signature() -> None:
    """B14"""
    deposit = FailDelivery(cause="客户不在", goods="deposited")
    signed = deposit.model_copy(update={"signature_ref": "sha256:1"})
    agreed = AGREED.model_copy(update={"goods": "deposited"})
    assert [a_job(*ON_THE_WAY, agreed).asks(one, CTX).decided for one in (deposit, signed)] == [
        no("signature_missing", job_id=JOB),
        (FAILED.model_copy(update={"goods": "deposited", "signature_ref": "sha256:1"}),),
    ]


def test_what_lies_in_deposit_was_passed_when_it_left_first() -> None:
    """B14, B21: it can be delivered again where QC has to pass it; what came back has to be passed anew."""
    lines = tuple(GoodsLine(line_no=x.line_no, sku=x.sku, name=x.name, quantity=x.quantity) for x in LINES)
    strict = POLICY.model_copy(update={"departure_needs_quality": True})
    for goods, is_free_to_go in (("deposited", True), ("returned", False)):
        failed = FAILED.model_copy(update={"goods": goods, "lines": lines})
        again = a_job(*ON_THE_WAY, failed, BOOKED).state
        row = job_row(again)
        assert row is not None
        assert is_passed(row, {}, (), strict) == is_free_to_go


def test_what_is_paid_back_of_a_deposit_is_not_taken_up_any_more() -> None:
    """B14, B15, A9: of what lies there only pieces that are owed still are fetched; with none of them the customer may
    collect what is here (A11)."""
    lying = a_job(*ON_THE_WAY, FAILED.model_copy(update={"goods": "deposited", "lines": GOODS}))
    some = lying.after(
        LimitLine(line_no=1, owed=1, reason="不要了"), LimitLine(line_no=2, owed=0, reason="不要"), ctx=CTX
    )
    assert isinstance(some.state, Failed)
    assert [(line.line_no, line.quantity) for line in some.state.work.deposited] == [(1, 1)]
    none = some.after(LimitLine(line_no=1, owed=0, reason="不要了"), ctx=CTX)
    assert isinstance(none.state, Failed)
    assert none.state.work.deposited == ()
    more = OpenJob(
        job_id=JOB,
        kind="delivery",
        contract_no="HT26030001",
        customer=CUSTOMER,
        lines=LINES,
        promised_on=date(2026, 3, 14),
        complete_on=date(2026, 3, 9),
    )
    again = none.after(more, ctx=CTX)
    assert isinstance(again.state, Failed)
    assert (again.state.work.lines, again.state.work.deposited) == (LINES, ())
    again.asks(ArrangePickUp(on=date(2026, 3, 12)), SUPERVISOR).accepted()
