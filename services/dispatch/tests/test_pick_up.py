"""自提: the customer collects at the depot: a day, the supervisor's list, counted, identity looked at, signed (A11)."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    CUSTOMER,
    DAY,
    DELIVERED,
    FAILED,
    INSTALLATION,
    JOB,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    READY,
    SCHEDULED,
    SUPERVISOR,
    a_job,
    meta,
)
from dispatch_office import ASSISTANT, SLOT, WAREHOUSE, Office, an_office, said
from dispatch_office import SUPERVISOR as TAN

from contracts.dispatch_door import CountedLine
from contracts.dispatch_jobs import JobCompletenessChanged, LaterDayConsent, StopUnscheduled
from contracts.dispatch_pick_up import PickedUp, PickUpArranged, PickUpCalledOff, PickUpListIssued
from dispatch.job.booking import BookInstallation
from dispatch.job.pick_up import PASSED, ArrangePickUp, CallOffPickUp, HandOut, IssuePickUpList
from dispatch.job.terms import CancelJob, LimitLine
from dispatch.reactions import REACTIONS
from dispatch.refusals import no

LIST = "ZT20260313-HT26030001-1"
ARRANGE = ArrangePickUp(on=DAY)
ARRANGED = PickUpArranged(at=NOW, job_id=JOB, contract_no="HT26030001", customer=CUSTOMER, on=DAY, lines=LINES)
LISTED = PickUpListIssued(at=NOW, job_id=JOB, list_no=LIST, issued_by="tan.zw")
LOST = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")
ALL = tuple(CountedLine(line_no=line.line_no, quantity=line.quantity) for line in LINES)
HAND_OUT = HandOut(delivered=ALL, collected_by="马娜", identity="身份证尾号 1234", signature_ref=LIST, taught_use=True)


def test_a_day_is_arranged_for_goods_that_are_here_and_a_slot_is_given_up() -> None:
    """A11, B8"""
    a_job(OPENED).asks(ARRANGE, CTX).then(ARRANGED)
    left, arranged = a_job(OPENED, BOOKED, SCHEDULED).asks(ARRANGE, CTX).events
    assert (type(left), arranged) == (StopUnscheduled, ARRANGED)
    a_job(OPENED, ARRANGED).asks(ARRANGE, CTX).nothing_new()
    a_job(OPENED, ARRANGED).asks(ArrangePickUp(on=date(2026, 3, 12)), CTX).then_names("PickUpArranged")


def test_another_note_of_the_same_day_is_kept_and_the_list_with_it() -> None:
    """A11, X7: a new day takes a new list."""
    noted = ArrangePickUp(on=DAY, note="带推车")
    listed = a_job(OPENED, ARRANGED, LISTED)
    listed.asks(noted, CTX).then(ARRANGED.model_copy(update={"note": "带推车"}))
    listed.after(noted, ctx=CTX).asks(ARRANGE, CTX).nothing_new()
    listed.after(noted, ctx=CTX).asks(HAND_OUT, CTX).then_names("PickedUp")
    moved = listed.after(ArrangePickUp(on=date(2026, 3, 12)), ctx=CTX)
    moved.asks(HAND_OUT, CTX).refuses("pick_up_needs_list")


def test_later_than_promised_takes_the_customers_consent() -> None:
    """A8, A11: as for a delivery; in time there is nothing to consent to."""
    later = ArrangePickUp(on=date(2026, 3, 15))
    refusal = no("later_than_promised", on=date(2026, 3, 15), promised_on=date(2026, 3, 14))
    a_job(OPENED).asks(later, SUPERVISOR).refuses(refusal)
    consent = LaterDayConsent(consented_by="马娜", consented_how="phone", reason="装修未完")
    (arranged,) = a_job(OPENED).asks(later.model_copy(update={"consent": consent}), CTX).events
    assert isinstance(arranged, PickUpArranged)
    assert (arranged.on, arranged.consent) == (date(2026, 3, 15), consent)
    a_job(OPENED).asks(ARRANGE.model_copy(update={"consent": consent}), CTX).then(ARRANGED)


@pytest.mark.parametrize(
    ("history", "command", "code"),
    [
        (
            (OPENED, JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")),
            ARRANGE,
            "not_complete",
        ),
        ((OPENED,), ArrangePickUp(on=date(2026, 3, 9)), "day_in_the_past"),
        (ON_THE_WAY, ARRANGE, "too_late_to_book"),
        ((*ON_THE_WAY, DELIVERED), ARRANGE, "already_over"),
        ((*ON_THE_WAY, FAILED.model_copy(update={"goods": "deposited"})), ARRANGE, "in_deposit"),
        ((OPENED,), HAND_OUT, "no_pick_up"),
        ((OPENED,), IssuePickUpList(), "no_pick_up"),
        ((OPENED, ARRANGED), HAND_OUT, "pick_up_needs_list"),
        ((OPENED, ARRANGED, LISTED), HAND_OUT.model_copy(update={"delivered": ALL[:1]}), "count_differs"),
        ((OPENED, ARRANGED, LISTED), HAND_OUT.model_copy(update={"unchecked": True}), "not_passed"),
        ((OPENED, ARRANGED, LISTED), HAND_OUT.model_copy(update={"identity": "440681198001011234"}), "identity_whole"),
    ],
)
def test_what_stands_against_a_pick_up(history: tuple[object, ...], command: object, code: str) -> None:
    """A11, A3, B9, B13, B14, B21, C18"""
    a_job(*history).asks(command, SUPERVISOR).refuses(code)  # type: ignore[arg-type]


def test_nothing_handed_out_is_no_pick_up() -> None:
    """A11"""
    none = tuple(one.model_copy(update={"quantity": 0}) for one in ALL)
    a_job(OPENED, ARRANGED, LISTED).asks(HAND_OUT.model_copy(update={"delivered": none}), CTX).refuses(
        "nothing_collected"
    )


def test_goods_are_handed_out_by_the_list_and_signed_for() -> None:
    """A11, B9, B13, X7"""
    a_job(OPENED, ARRANGED).asks(IssuePickUpList(), SUPERVISOR).then_names("PickUpListIssued")
    ready = a_job(OPENED, ARRANGED, LISTED)
    (picked,) = ready.asks(HAND_OUT, CTX).events
    assert isinstance(picked, PickedUp)
    assert (picked.list_no, picked.identity, picked.install_due is not None) == (LIST, "身份证尾号 1234", True)
    done = ready.after(HAND_OUT, ctx=CTX)
    done.asks(HAND_OUT, CTX).nothing_new()
    done.asks(HAND_OUT.model_copy(update={"signature_ref": "other"}), CTX).refuses("already_over")


def test_a_list_is_of_the_pieces_that_it_names() -> None:
    """A11, B9, A6: amended or refunded since, it is issued anew; another day of completeness leaves it."""
    fewer = LimitLine(line_no=1, owed=1, reason="退款")
    changed = a_job(OPENED, ARRANGED, LISTED).after(fewer, ctx=CTX)
    changed.asks(HAND_OUT, CTX).refuses("pick_up_needs_list")
    changed.asks(IssuePickUpList(), SUPERVISOR).then_names("PickUpListIssued")
    sooner = LOST.model_copy(update={"complete_on": date(2026, 3, 8)})
    a_job(OPENED, ARRANGED, LISTED, sooner).asks(HAND_OUT, CTX).then_names("PickedUp")


def test_a_pick_up_is_in_no_plan_until_it_is_called_off() -> None:
    """A11, B8"""
    picked = a_job(OPENED, ARRANGED)
    again = BookInstallation(checklist=READY, on=DAY)
    picked.asks(again, CTX).refuses("to_be_picked_up")
    off = CallOffPickUp(reason="客户改要送货")
    picked.asks(off, CTX).then(PickUpCalledOff(at=NOW, job_id=JOB, reason="客户改要送货"))
    a_job(OPENED).asks(off, CTX).nothing_new()
    picked.asks(CancelJob(reason="退房"), CTX).then_names("JobCancelled")


def test_installation_follows_a_pick_up() -> None:
    """A11, B10"""
    picked = a_job(OPENED, ARRANGED, LISTED).asks(HAND_OUT, CTX).events[0]
    asks = [ask for one in REACTIONS for ask in one.react(picked, meta())]
    assert [ask.aggregate_id for ask in asks] == [f"job:{INSTALLATION.job_id}"]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as one:
        yield one


async def test_from_the_agreed_day_to_the_signature(office: Office) -> None:
    """A11: who may, over HTTP; the job says how it stands."""
    office.complete()
    base = f"/jobs/{JOB}/pick-up"
    body = HAND_OUT.model_dump(mode="json", exclude={"command", "at", "unchecked"})
    assert (await office.post(WAREHOUSE, base, {"on": DAY.isoformat()})).status_code == 403
    assert (await office.post(ASSISTANT, base, {"on": DAY.isoformat()})).status_code == 200
    assert said(await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT))[1] == "to_be_picked_up"
    assert said(await office.post(WAREHOUSE, f"{base}/handover", body))[1] == "pick_up_needs_list"
    assert (await office.post(ASSISTANT, f"{base}/list", {})).status_code == 403
    assert (await office.post(TAN, f"{base}/list", {})).status_code == 200
    waiting = await office.get(ASSISTANT, f"/jobs/{JOB}")
    assert (waiting["status"], waiting["pick_up_on"], waiting["list_no"]) == ("pickup", DAY.isoformat(), LIST)
    assert (await office.post(WAREHOUSE, f"{base}/handover", body)).status_code == 200
    done = await office.get(ASSISTANT, f"/jobs/{JOB}")
    assert (done["status"], done["outcome"]["collected_by"], done["outcome"]["handed_by"]) == (
        "done",
        "马娜",
        WAREHOUSE,
    )


async def test_careful_goods_are_handed_out_once_quality_has_passed_them(office: Office) -> None:
    """B21, B9: kitchens and wardrobes without exception."""
    kitchen = tuple(line.model_copy(update={"category": "橱柜"}) for line in LINES)
    office.complete(lines=kitchen)
    base = f"/jobs/{JOB}/pick-up"
    body = HAND_OUT.model_dump(mode="json", exclude={"command", "at", "unchecked"})
    await office.post(ASSISTANT, base, {"on": DAY.isoformat()})
    await office.post(TAN, f"{base}/list", {})
    assert said(await office.post(WAREHOUSE, f"{base}/handover", body)) == (409, "not_passed", "B21")
    passed = [{**line.model_dump(include={"line_no", "sku", "name", "quantity"})} for line in LINES]
    office.world.rows[PASSED.name]["HT26030001"] = {"_id": "HT26030001", "row": {"passed": passed}}
    assert (await office.post(WAREHOUSE, f"{base}/handover", body)).status_code == 200
