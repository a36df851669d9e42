"""A count at the vehicle that was wrong is taken back by the warehouse, which has the pieces (B11, D16)."""

import pytest
from dispatch_cases import AGREED, CTX, FLOOR, GOODS, JOB, ON_THE_WAY, OPENED, PUBLISHED, TOILET, a_job

from contracts.dispatch_door import CountedLine
from contracts.dispatch_jobs import DeliveryFailed
from contracts.dispatch_road import LoadCorrected
from dispatch.job.handover import CompleteDelivery
from dispatch.job.load_count import CorrectLoad
from dispatch.job.state import Failed
from dispatch.job.undeliverable import FailDelivery
from runtime.testing import Given


def really(*counts: tuple[int, int]) -> CorrectLoad:
    lines = tuple(CountedLine(line_no=line_no, quantity=quantity) for line_no, quantity in counts)
    return CorrectLoad(lines=lines, reason="少装一件", bin="B-01-1")


def test_what_stayed_is_told_with_what_is_really_on_the_vehicle() -> None:
    """B11, D16"""
    (corrected,) = a_job(*ON_THE_WAY).asks(really((1, 1)), CTX).events
    assert isinstance(corrected, LoadCorrected)
    assert [(line.line_no, line.quantity) for line in corrected.lines] == [(1, 1), (2, 10)]
    assert [(line.line_no, line.quantity) for line in corrected.stayed] == [(1, 1)]
    a_job(*ON_THE_WAY, corrected).asks(really((1, 1)), CTX).nothing_new()


def test_the_crew_accounts_for_what_really_left() -> None:
    """A9, B13"""
    story = a_job(*ON_THE_WAY).after(really((1, 1)), ctx=CTX)

    def signed(toilets: int) -> CompleteDelivery:
        lines = (CountedLine(line_no=1, quantity=toilets), CountedLine(line_no=2, quantity=10))
        return CompleteDelivery(delivered=lines, signed_by="马娜", signature_ref="s1", taught_use=True)

    story.asks(signed(2), CTX).refuses("pieces_unaccounted")
    assert story.asks(signed(1), CTX).events


def test_where_nothing_left_nothing_is_signed_for_and_nothing_comes_back() -> None:
    """A9, B13, B14, D16: nothing counted is a count of nothing, not one that lacks."""
    story = a_job(*ON_THE_WAY).after(really((1, 0), (2, 0)), ctx=CTX)
    both = (CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10))
    told = CompleteDelivery(delivered=both, signed_by="马娜", signature_ref="s1", taught_use=True)
    story.asks(told, CTX).refuses("pieces_unaccounted")
    failed = FailDelivery(cause="没装上车", goods="deposited", signature_ref="s2")
    agreed = AGREED.model_copy(update={"goods": "deposited"})
    story = Given(story.aggregate, story.aggregate.evolve(story.state, agreed))
    (event,) = story.asks(failed, CTX).events
    assert isinstance(event, DeliveryFailed)
    assert not any(line.quantity for line in event.lines)
    state = story.after(failed, ctx=CTX).state
    assert isinstance(state, Failed)
    assert state.work.deposited == ()


@pytest.mark.parametrize(
    ("history", "command", "code"),
    [
        ((OPENED,), really((1, 1)), "load_not_on_the_road"),
        ((OPENED, PUBLISHED), really((1, 1)), "load_not_on_the_road"),
        (ON_THE_WAY, really((1, 3)), "load_only_less"),
        (ON_THE_WAY, really((1, 1), (1, 0)), "load_line_twice"),
    ],
)
def test_what_is_no_correction_of_a_load_is_refused(history: object, command: CorrectLoad, code: str) -> None:
    """D16"""
    a_job(*history).asks(command, CTX).refuses(code)  # type: ignore[misc]


def test_the_case_speaks_of_the_goods_of_the_story() -> None:
    """B11"""
    assert (TOILET.quantity, FLOOR.quantity, [line.quantity for line in GOODS], JOB) == (2, 10, [2, 10], "D-HT26030001")
