"""CompleteDelivery, FailDelivery: what comes of a stop at the customer's door."""

import pytest
from dispatch_cases import (
    AGREED,
    BOOKED,
    CTX,
    CUSTOMER,
    DAY,
    DELIVERED,
    DEPARTED,
    DUE_FEN,
    FAILED,
    FLOOR,
    GOODS,
    JOB,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    PUBLISHED,
    SCHEDULED,
    WINDOW,
    a_job,
    later,
)

from contracts.dispatch import JobEvent
from contracts.dispatch_door import CountedLine, RefusedLine
from contracts.dispatch_road import PiecesRefused, StopArrived
from contracts.fact import GoodsLine, Measure
from dispatch.job.handover import ArriveAtStop, CompleteDelivery
from dispatch.job.state import Job
from dispatch.job.undeliverable import FailDelivery
from dispatch.refusals import no
from runtime.refusal import Term
from runtime.testing import Given

ALL = (CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10))
SIGNED = CompleteDelivery(delivered=ALL, signed_by="马娜", signature_ref="sig-1", taught_use=True, cash_fen=DUE_FEN)
FAIL = FailDelivery(cause="客户不在", goods="returned")


def test_counted_line_by_line_and_signed_is_delivered_and_the_installation_is_owed() -> None:
    """B13, B22, B10, K8, K9"""
    a_job(*ON_THE_WAY).asks(SIGNED, CTX).then(DELIVERED)


def in_boxes(event: JobEvent) -> JobEvent:
    """The same with a floor that comes in boxes of 4."""
    measure = Measure(sold="10", unit="片", base_unit="片", per_box=4)
    lines = tuple(one.model_copy(update={"measure": measure}) if one.line_no == 2 else one for one in LINES)
    return event.model_copy(update={"lines": lines}) if getattr(event, "lines", None) == LINES else event


@pytest.mark.parametrize(
    ("good", "broken", "taken"), [(4, 0, True), (3, 1, True), (0, 1, True), (10, 0, True), (2, 0, False), (1, 1, False)]
)
def test_good_pieces_of_a_product_in_boxes_are_refused_at_the_door_in_whole_boxes(
    good: int, broken: int, *, taken: bool
) -> None:
    """D14, B15: a broken piece may lie in the box; or all of it goes back."""
    told = (
        RefusedLine(line_no=2, quantity=quantity, damaged=damaged, reason="不要", photos=("p",))
        for quantity, damaged in ((good, False), (broken, True))
        if quantity
    )
    count = (ALL[0], CountedLine(line_no=2, quantity=10 - good - broken))
    sign = SIGNED.model_copy(update={"delivered": count, "refused": tuple(told)})
    asked = a_job(*map(in_boxes, ON_THE_WAY)).asks(sign, CTX)
    if taken:
        asked.accepted()
    else:
        asked.refuses(no("loose_pieces", line_no=2, name=Term.of(FLOOR.name), per_box=4))


def test_the_same_signature_again_is_no_event() -> None:
    """B13"""
    a_job(*ON_THE_WAY, DELIVERED).asks(SIGNED, CTX).nothing_new()


def test_another_signature_for_a_delivery_that_is_over_is_refused() -> None:
    """B13"""
    other = SIGNED.model_copy(update={"signature_ref": "sig-2"})
    a_job(*ON_THE_WAY, DELIVERED).asks(other, CTX).refuses(no("already_over", job_id=JOB))


@pytest.mark.parametrize(
    ("counted", "lines"),
    [
        (ALL[:1], "2"),
        ((CountedLine(line_no=1, quantity=3), ALL[1]), "1"),
        ((*ALL, CountedLine(line_no=7, quantity=1)), "7"),
        ((*ALL, ALL[0]), "1"),
        ((), "1,2"),
    ],
    ids=["a line is missing", "more than ordered", "an unknown line", "a line counted twice", "nothing counted"],
)
def test_a_count_that_does_not_match_the_order_is_refused_naming_the_lines(
    counted: tuple[CountedLine, ...], lines: str
) -> None:
    """B13"""
    refused = a_job(*ON_THE_WAY).asks(SIGNED.model_copy(update={"delivered": counted}), CTX).decided
    assert (refused.code, refused.rule, refused.facts) == ("count_differs", "B13", {"lines": lines})


def on_the_way_with(*loaded: GoodsLine) -> Given[Job, JobEvent]:
    """The crew left with these pieces."""
    return a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED, DEPARTED.model_copy(update={"lines": loaded}))


NINE = GOODS[1].model_copy(update={"quantity": 9})


@pytest.mark.parametrize(
    ("loaded", "taken", "refused", "lines"),
    [
        (GOODS, 9, 0, "2"),
        (GOODS, 8, 1, "2"),
        ((GOODS[0], NINE), 10, 0, "2"),
        ((GOODS[0], NINE), 9, 1, "2"),
        ((GOODS[0],), 1, 0, "2"),
    ],
    ids=["the tenth is nowhere", "one of ten nowhere", "more than loaded", "refused what never left", "never loaded"],
)
def test_each_piece_on_the_vehicle_is_taken_or_refused(
    loaded: tuple[GoodsLine, ...], taken: int, refused: int, lines: str
) -> None:
    """A9, B13"""
    floor = RefusedLine(line_no=2, quantity=max(1, refused), reason="色差", photos=("sha256:1",))
    told = SIGNED.model_copy(
        update={
            "delivered": (ALL[0], CountedLine(line_no=2, quantity=taken)),
            "refused": (floor,) if refused else (),
        }
    )
    on_the_way_with(*loaded).asks(told, CTX).refuses("pieces_unaccounted", lines=lines)


def test_what_was_not_loaded_need_not_be_counted_at_the_door() -> None:
    """A9, A10: the rest of the order is not on this vehicle."""
    only_toilets = SIGNED.model_copy(update={"delivered": ALL[:1]})
    goods = (GOODS[0], GOODS[1].model_copy(update={"quantity": 0}))
    on_the_way_with(GOODS[0]).asks(only_toilets, CTX).then(DELIVERED.model_copy(update={"delivered": goods}))


def test_a_piece_that_was_loaded_by_mistake_comes_back() -> None:
    """A9, B11: more than the sheet was settled with the warehouse; the customer does not take it."""
    extra = GoodsLine(line_no=7, sku="TC-1", name="抛釉砖", quantity=3)
    told = SIGNED.model_copy(
        update={"refused": (RefusedLine(line_no=7, quantity=3, reason="非本单", photos=("sha256:1",)),)}
    )
    completed, refused = on_the_way_with(*GOODS, extra).asks(told, CTX).events
    assert (completed.refused, refused.lines) == ((extra,), (extra,))


def test_the_same_signature_under_another_count_is_refused() -> None:
    """X7"""
    fewer = SIGNED.model_copy(update={"delivered": (ALL[0], CountedLine(line_no=2, quantity=9))})
    a_job(*ON_THE_WAY, DELIVERED).asks(fewer, CTX).refuses(no("already_over", job_id=JOB))


@pytest.mark.parametrize("other", [{"signed_by": "马父"}, {"cash_fen": DUE_FEN - 1}])
def test_the_same_signature_with_other_words_is_refused(other: dict[str, object]) -> None:
    """X7: by somebody else, or for other money."""
    a_job(*ON_THE_WAY, DELIVERED).asks(SIGNED.model_copy(update=other), CTX).refuses(no("already_over", job_id=JOB))


def test_the_same_signature_with_other_refused_pieces_is_refused() -> None:
    """X7, B15, D4: what was refused is damaged now, and what was not."""
    floor = RefusedLine(line_no=2, quantity=1, reason="色差", photos=("sha256:1",))
    told = SIGNED.model_copy(update={"delivered": (ALL[0], CountedLine(line_no=2, quantity=9)), "refused": (floor,)})
    done = on_the_way_with(*GOODS).asks(told, CTX).accepted()
    done.asks(told, CTX).nothing_new()
    broken = told.model_copy(update={"refused": (floor.model_copy(update={"damaged": True}),)})
    done.asks(broken, CTX).refuses(no("already_over", job_id=JOB))


def test_nothing_to_install_owes_no_installation() -> None:
    """B10"""
    only_floor = SIGNED.model_copy(update={"delivered": (CountedLine(line_no=1, quantity=0), ALL[1])})
    goods = (GOODS[0].model_copy(update={"quantity": 0}), GOODS[1])
    on_the_way_with(GOODS[1]).asks(only_floor, CTX).then(
        DELIVERED.model_copy(update={"delivered": goods, "install_due": None})
    )


@pytest.mark.parametrize("history", [(OPENED,), (OPENED, BOOKED, SCHEDULED, PUBLISHED)])
def test_a_stop_that_has_not_departed_is_neither_signed_nor_failed(history: tuple[object, ...]) -> None:
    """B13, B14"""
    assert [a_job(*history).asks(SIGNED, CTX).decided, a_job(*history).asks(FAIL, CTX).decided] == [
        no("not_on_the_way", rule="B13", job_id=JOB),
        no("not_on_the_way", rule="B14", job_id=JOB),
    ]


def test_goods_go_back_with_the_offices_consent() -> None:
    """B14"""
    a_job(*ON_THE_WAY, AGREED).asks(FAIL, CTX).then(FAILED)


def test_goods_do_not_go_back_without_the_offices_consent() -> None:
    """B14"""
    a_job(*ON_THE_WAY).asks(FAIL, CTX).refuses(no("consent_missing", job_id=JOB))


def test_the_same_failure_again_is_no_event_and_a_signed_stop_cannot_fail() -> None:
    """B14, B13"""
    assert [
        a_job(*ON_THE_WAY, FAILED).asks(FAIL, CTX).decided,
        a_job(*ON_THE_WAY, DELIVERED).asks(FAIL, CTX).decided,
    ] == [
        (),
        no("already_over", job_id=JOB),
    ]


def test_a_fact_told_late_counts_at_its_own_time() -> None:
    """X1"""
    told_late = SIGNED.model_copy(update={"at": NOW})
    a_job(*ON_THE_WAY).asks(told_late, later(days=1)).then(DELIVERED)


def test_the_order_of_lines_in_the_count_does_not_matter() -> None:
    """B13"""
    swapped = SIGNED.model_copy(update={"delivered": ALL[::-1]})
    assert (LINES[1], a_job(*ON_THE_WAY).asks(swapped, CTX).decided) == (FLOOR, (DELIVERED,))


BACK = RefusedLine(line_no=2, quantity=1, reason="色差", photos=("sha256:1",))
BROKEN = RefusedLine(line_no=1, quantity=1, damaged=True, reason="磕角", photos=("sha256:2",))
TAKEN = (CountedLine(line_no=1, quantity=1), CountedLine(line_no=2, quantity=9))


def test_refused_pieces_come_back_and_damaged_ones_are_reported() -> None:
    """B13, B15, D4"""
    door = SIGNED.model_copy(update={"delivered": TAKEN, "refused": (BACK, BROKEN)})
    toilets, floor = (line.model_copy(update={"quantity": n}) for line, n in zip(GOODS, (1, 9), strict=True))
    back, broken = GOODS[1].model_copy(update={"quantity": 1}), GOODS[0].model_copy(update={"quantity": 1})
    refused = PiecesRefused(
        at=NOW,
        job_id=JOB,
        contract_no="HT26030001",
        customer=CUSTOMER,
        crew="S1",
        leader="li.zq",
        lines=(back,),
        damaged=False,
        reason="色差",
        photos=("sha256:1",),
    )
    damaged = refused.model_copy(
        update={"lines": (broken,), "damaged": True, "reason": "磕角", "photos": ("sha256:2",)}
    )
    a_job(*ON_THE_WAY).asks(door, CTX).then(
        DELIVERED.model_copy(update={"delivered": (toilets, floor), "refused": (back,), "damaged": (broken,)}),
        refused,
        damaged,
    )


def test_what_is_refused_is_photographed_and_was_not_taken_too() -> None:
    """B13"""
    unseen = SIGNED.model_copy(update={"delivered": TAKEN, "refused": (BACK.model_copy(update={"photos": ()}),)})
    both = SIGNED.model_copy(update={"refused": (BACK,)})
    before_it_was_said = on_the_way_with()  # what is on the vehicle
    refusals = [before_it_was_said.asks(one, CTX).decided for one in (unseen, both)]
    assert (refusals[0], refusals[1].code, refusals[1].facts) == (
        no("photos_missing", job_id=JOB),
        "refused_too_many",
        {"lines": "2"},
    )


def test_the_crew_arrives_once_and_only_when_it_left() -> None:
    """B13, K8"""
    arrived = StopArrived(at=NOW, job_id=JOB, on=DAY, crew="S1", leader="li.zq", window=WINDOW)
    histories = (ON_THE_WAY, (*ON_THE_WAY, arrived), (*ON_THE_WAY, DELIVERED), (OPENED, BOOKED, SCHEDULED))
    assert [a_job(*history).asks(ArriveAtStop(), CTX).decided for history in histories] == [
        (arrived,),
        (),
        (),
        no("not_on_the_way", rule="B13", job_id=JOB),
    ]
