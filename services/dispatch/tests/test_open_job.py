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
from dispatch.job.terms import ChangeCompleteness, OpenJob

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
    a_job().asks(OPEN, CTX).then(OPENED)


def test_the_same_contract_again_is_no_event() -> None:
    """A3"""
    a_job(OPENED, BOOKED).asks(OPEN, CTX).nothing_new()


def test_completeness_on_another_day_corrects_the_job() -> None:
    """X1"""
    corrected = OPEN.model_copy(update={"complete_on": date(2026, 3, 8)})
    a_job(OPENED).asks(corrected, CTX).then(
        JobCompletenessChanged(
            at=NOW, job_id=JOB, complete_on=date(2026, 3, 8), reason="货齐日更正 day of completeness corrected"
        )
    )


def test_completeness_is_corrected_even_after_delivery_but_the_goods_stay_as_delivered() -> None:
    """X1, A6"""
    corrected = OPEN.model_copy(update={"complete_on": date(2026, 3, 8), "lines": (TOILET,)})
    a_job(*ON_THE_WAY, DELIVERED).asks(corrected, CTX).then(
        JobCompletenessChanged(
            at=NOW, job_id=JOB, complete_on=date(2026, 3, 8), reason="货齐日更正 day of completeness corrected"
        )
    )


def test_an_amended_contract_changes_the_goods_of_a_job_that_has_not_left() -> None:
    """A6"""
    more = FLOOR.model_copy(update={"line_no": 3, "quantity": 1})
    amended = OPEN.model_copy(update={"lines": (*LINES, more), "amount_due_fen": 228_000})
    a_job(OPENED, BOOKED).asks(amended, CTX).then(
        JobCompletenessChanged(
            at=NOW,
            job_id=JOB,
            complete_on=date(2026, 3, 9),
            reason="合同变更 contract amended",
            lines=(*LINES, more),
            volume_l=OPENED.volume_l + 45,
            amount_due_fen=228_000,
        )
    )


def test_damage_takes_completeness_from_a_job_that_has_not_left() -> None:
    """A3, D4"""
    a_job(OPENED).asks(LOST, CTX).then(
        JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="装车时破损")
    )


def test_damage_after_departure_is_a_matter_of_leftovers() -> None:
    """D4, C9"""
    a_job(*ON_THE_WAY).asks(LOST, CTX).nothing_new()


def test_completeness_of_a_job_that_never_was_is_no_event() -> None:
    """A3"""
    a_job().asks(LOST, CTX).nothing_new()


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
    assert [a_job().asks(again, CTX).decided, a_job(INSTALLATION).asks(again, CTX).decided] == [(INSTALLATION,), ()]
