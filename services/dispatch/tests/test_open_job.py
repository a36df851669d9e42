"""OpenJob, ChangeCompleteness: a job appears, and learns what the contract says."""

from datetime import date

from dispatch_cases import (
    BOOKED,
    CTX,
    CUSTOMER,
    DELIVERED,
    DUE_FEN,
    FLOOR,
    INSTALLATION,
    JOB,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    TOILET,
    a_job,
)

from contracts.dispatch_jobs import JobCompletenessChanged
from dispatch.domain.job import ChangeCompleteness, OpenJob, decide

OPEN = OpenJob(
    job_id=JOB,
    kind="delivery",
    contract_no="HT26030001",
    customer=CUSTOMER,
    lines=LINES,
    amount_due_fen=DUE_FEN,
    promised_on=date(2026, 3, 14),
    complete_on=date(2026, 3, 9),
)
LOST = ChangeCompleteness(complete_on=None, reason="装车时破损")


def test_a_complete_contract_becomes_a_delivery_with_volume_and_summary() -> None:
    """A3, B8"""
    assert decide(OPEN, a_job(), CTX) == (OPENED,)


def test_the_same_contract_again_is_no_event() -> None:
    """A3"""
    assert decide(OPEN, a_job(OPENED, BOOKED), CTX) == ()


def test_completeness_on_another_day_corrects_the_job() -> None:
    """X1"""
    corrected = OPEN.model_copy(update={"complete_on": date(2026, 3, 8)})
    assert decide(corrected, a_job(OPENED), CTX) == (
        JobCompletenessChanged(
            at=NOW, job_id=JOB, complete_on=date(2026, 3, 8), reason="货齐日更正 day of completeness corrected"
        ),
    )


def test_completeness_is_corrected_even_after_delivery_but_the_goods_stay_as_delivered() -> None:
    """X1, A6"""
    corrected = OPEN.model_copy(update={"complete_on": date(2026, 3, 8), "lines": (TOILET,)})
    assert decide(corrected, a_job(*ON_THE_WAY, DELIVERED), CTX) == (
        JobCompletenessChanged(
            at=NOW, job_id=JOB, complete_on=date(2026, 3, 8), reason="货齐日更正 day of completeness corrected"
        ),
    )


def test_an_amended_contract_changes_the_goods_of_a_job_that_has_not_left() -> None:
    """A6"""
    more = FLOOR.model_copy(update={"line_no": 3, "quantity": 1})
    amended = OPEN.model_copy(update={"lines": (*LINES, more), "amount_due_fen": 228_000})
    assert decide(amended, a_job(OPENED, BOOKED), CTX) == (
        JobCompletenessChanged(
            at=NOW,
            job_id=JOB,
            complete_on=date(2026, 3, 9),
            reason="合同变更 contract amended",
            lines=(*LINES, more),
            volume_l=OPENED.volume_l + 45,
            amount_due_fen=228_000,
        ),
    )


def test_damage_takes_completeness_from_a_job_that_has_not_left() -> None:
    """A3, D4"""
    assert decide(LOST, a_job(OPENED), CTX) == (
        JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="装车时破损"),
    )


def test_damage_after_departure_is_a_matter_of_leftovers() -> None:
    """D4, C9"""
    assert decide(LOST, a_job(*ON_THE_WAY), CTX) == ()


def test_completeness_of_a_job_that_never_was_is_no_event() -> None:
    """A3"""
    assert decide(LOST, a_job(), CTX) == ()


def test_an_installation_is_opened_once() -> None:
    """B10"""
    again = OpenJob(
        job_id="I-HT26030001",
        kind="installation",
        contract_no="HT26030001",
        customer=CUSTOMER,
        lines=(TOILET,),
        due_at=INSTALLATION.due_at,
    )
    assert [decide(again, a_job(), CTX), decide(again, a_job(INSTALLATION), CTX)] == [(INSTALLATION,), ()]
