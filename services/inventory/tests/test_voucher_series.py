"""Numbers of papers (D11): the next of their kind and year, once, whatever is told again, late or cancelled."""

from datetime import UTC, date, datetime
from itertools import count
from random import Random

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from company.context import Context
from company.policy import policy_book
from contracts.dispatch_corrections import DeliveryCorrectionAsked
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import GoodsArrived, GoodsReturned
from contracts.inventory_vouchers import VoucherNumbered, VoucherVoided
from inventory.fields import PaperNo, TransferNo
from inventory.reactions.vouchers import REACTIONS
from inventory.voucher.series import SERIES, NumberVoucher, Series, VoidVoucher
from runtime.commands import Request
from runtime.deciding import Rules
from runtime.decision import SYSTEM
from runtime.states import StateCodec
from runtime.testing import decided_in_batches, given

NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="system", role="system", policy=policy_book().at(NOW))


def paper(number: int, **more: object) -> NumberVoucher:
    told = {"letters": "RK", "paper": f"inbound:RK{number}", "own_no": f"RK{number}", "at": NOW}
    return NumberVoucher.model_validate({**told, **more})


def numbered(ordinal: int, of: int, *, year: int = 2026, on: date = date(2026, 3, 9), at: datetime = NOW) -> object:
    return VoucherNumbered(
        at=at,
        letters="RK",
        year=year,
        ordinal=ordinal,
        number=f"RK-{year}-{ordinal:06}",
        paper=f"inbound:RK{of}",
        own_no=f"RK{of}",
        on=on,
    )


def test_a_paper_gets_the_next_number_of_its_kind_and_year_and_has_it_when_told_again() -> None:
    """D11"""
    first = given(SERIES).asks(paper(7), CTX).then(numbered(1, 7))
    second = first.asks(paper(9), CTX).then(numbered(2, 9))
    second.asks(paper(7), CTX).nothing_new()


def test_the_year_is_the_one_on_the_paper_in_the_companys_time() -> None:
    """D11: 2026 began at 16:00 UTC; a paper of the old year that is told late has a number of the old year."""
    old, new = datetime(2025, 12, 31, 15, 59, tzinfo=UTC), datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    after = given(SERIES).asks(paper(1, at=new), CTX).then(numbered(1, 1, on=date(2026, 1, 1), at=new))
    late = after.asks(paper(2, at=old), CTX).then(numbered(1, 2, year=2025, on=date(2025, 12, 31), at=old))
    late.asks(paper(3), CTX).then(numbered(2, 3))


def test_a_cancelled_papers_number_is_void_once_and_nobody_elses() -> None:
    """D11"""
    cancel = VoidVoucher(letters="RK", paper="inbound:RK7", own_no="RK7", reason="重复开单", at=NOW)
    voided = VoucherVoided(
        at=NOW, letters="RK", number="RK-2026-000001", paper="inbound:RK7", own_no="RK7", reason="重复开单"
    )
    after = given(SERIES, numbered(1, 7)).asks(cancel, CTX).then(voided)
    after.asks(cancel, CTX).nothing_new()
    after.asks(paper(7), CTX).nothing_new()
    after.asks(paper(8), CTX).then(numbered(2, 8))


def test_what_is_cancelled_from_before_there_were_numbers_has_none() -> None:
    """D11"""
    cancel = VoidVoucher(letters="RK", paper="inbound:RK7", own_no="RK7", reason="重复开单", at=NOW)
    given(SERIES).asks(cancel, CTX).nothing_new()


TOLD = st.lists(st.tuples(st.integers(0, 30), st.sampled_from((2025, 2026, 2027)), st.booleans()), max_size=80)


@whatever(TOLD, st.integers(1, 40), st.randoms(use_true_random=False))
def test_numbers_have_no_gap_and_no_double_in_whatever_order_papers_are_told(
    told: list[tuple[int, int, bool]], size: int, chance: Random
) -> None:
    """D11: papers come in any order, each perhaps several times, by the same command or another, some cancelled; they
    are decided in batches of any size."""
    year_of = {number: year for number, year, _ in reversed(told)}
    asked = []
    again = count()
    for number, _, cancelled in told:
        at = datetime(year_of[number], 6, 1, tzinfo=UTC)
        what: NumberVoucher | VoidVoucher = paper(number, at=at)
        if cancelled:
            what = VoidVoucher(letters="RK", paper=f"inbound:RK{number}", own_no=f"RK{number}", at=at)
        once = Request(f"{number} {cancelled}", NOW, SYSTEM, SYSTEM, "c")
        asked.append((what, once))
        if chance.random() < 0.3:
            asked.append((what, once))
        if chance.random() < 0.3:
            asked.append((what, Request(f"again {next(again)}", NOW, SYSTEM, SYSTEM, "c")))
    rules = Rules("inventory", {"series": SERIES}, {"series": TypeAdapter(SERIES.commands)}, policy_book(), 900_000)
    events, _ = decided_in_batches(rules, "series:RK", asked, size)
    given_out = [VoucherNumbered.model_validate_json(one.value) for one in events if b'"VoucherNumbered"' in one.value]
    for year in (2025, 2026, 2027):
        ordinals = [one.ordinal for one in given_out if one.year == year]
        assert ordinals == list(range(1, len(ordinals) + 1))
    papers = [one.paper for one in given_out]
    assert sorted(papers) == sorted({f"inbound:RK{number}" for number, _, cancelled in told if not cancelled})
    assert len({one.number for one in given_out}) == len(given_out)


@pytest.mark.parametrize("papers", [0, 3])
def test_a_checkpoint_brings_the_series_back(papers: int) -> None:
    """D11"""
    codec = StateCodec((Series,))
    state = SERIES.fold(*(numbered(n, n) for n in range(1, papers + 1)))  # type: ignore[arg-type]
    assert codec.load(codec.dump(state)) == state


META = Meta("e", "", "/songda/inventory", "goods:HT26030001", NOW, 9, "c", "c", "system", 0)


def numbers(event: Fact) -> list[tuple[str, str]]:
    """Letters and own number that the register is asked for."""
    asks = [ask for one in REACTIONS for ask in one.react(event, META)]
    return [(ask.command.letters, ask.command.own_no) for ask in asks if isinstance(ask.command, NumberVoucher)]


@pytest.mark.parametrize(
    ("told_by", "found"),
    [("file", [("DH", "YD0001")]), ("warehouse", [("DH", "YD0001")]), ("slip", []), ("", [])],
)
def test_what_came_without_a_slip_has_a_number_for_its_waybill(told_by: str, found: list[tuple[str, str]]) -> None:
    """D11, A2: a slip has its own, and free stock did not come."""
    arrived = GoodsArrived(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="坐便器",
        quantity=2,
        waybill="YD0001",
        arrived_on=date(2026, 3, 9),
        told_by=told_by,  # type: ignore[arg-type]  # one of them
    )
    assert numbers(arrived) == found


def test_returns_and_corrections_of_what_was_signed_for_are_in_the_register() -> None:
    """D11, D3, D16: the number that a correction was asked for under is made up; the register's has no gap."""
    returned = GoodsReturned(
        at=NOW,
        contract_no="HT26030001",
        return_no="TH-1",
        line_no=1,
        sku="WC-100",
        name="坐便器",
        quantity=1,
        returned_on=date(2026, 3, 9),
        reason="色差",
    )
    asked = DeliveryCorrectionAsked(
        at=NOW,
        job_id="D-HT26030001",
        contract_no="HT26030001",
        correction_no="SG-1a2b3c",
        delivered=(),
        refused=(),
        damaged=(),
        reason="数错",
        asked_by="mai.gh",
    )
    assert [numbers(returned), numbers(asked)] == [[("TH", "TH-1")], [("GZ", "SG-1a2b3c")]]


@pytest.mark.parametrize("number", ["RK-2026-000017", "rk-2026-000017"])
def test_no_paper_calls_itself_what_the_register_calls_another(number: str) -> None:
    """D11, X7: it is said, and what else to write; a number of one's own is taken."""
    with pytest.raises(ValidationError, match="凭证登记簿的编号"):
        TypeAdapter(PaperNo).validate_python(number)
    with pytest.raises(ValidationError, match="numbers of the register"):
        TypeAdapter(TransferNo).validate_python("DB-2026-000001")
    assert TypeAdapter(PaperNo).validate_python("RK-2026-17") == "RK-2026-17"
