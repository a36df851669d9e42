"""Registering a contract and adding lines to it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from order_story import given

from company.context import Context
from company.policy import policy_book
from contracts.fact import ContractLine, Customer
from contracts.order import CompletenessLost, ContractAmended, ContractSigned, GoodsCompleted, GoodsNoted
from order.contract.fields import MAX_LINES
from order.contract.terms import AddLines, RegisterContract
from runtime.decision import Rejected

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="liang.my", role="cs_specialist", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="佛山市南海区海八东路1号", district="南海区")
TOILET = ContractLine(
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    spec="700x390x650",
    category="卫浴",
    quantity=2,
    unit_price_fen=135_000,
    to_install=True,
)
FLOOR = ContractLine(
    line_no=2,
    sku="FL-101",
    name="实木复合",
    spec="910x125x15",
    category="地板",
    quantity=5,
    unit_price_fen=17_800,
    to_install=False,
)
REGISTER = RegisterContract(
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=210_200,
    lines=(TOILET, FLOOR),
)
SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=210_200,
    lines=(TOILET, FLOOR),
    promise_due=datetime(2026, 3, 10, 16, 0, tzinfo=UTC),
)
SIGNED_TOILET = SIGNED.model_copy(update={"lines": (TOILET,)})
TOILETS_IN = GoodsNoted(
    at=NOW, contract_no="HT26030001", line_no=1, quantity=2, arrived_on=date(2026, 3, 1), waybill="YD0001"
)
TOILETS_COMPLETE = GoodsCompleted(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=210_200,
    lines=(TOILET,),
    complete_on=date(2026, 3, 1),
)
ADD_FLOOR = AddLines(contract_no="HT26030001", lines=(FLOOR,), reason="客户加单")


def test_a_contract_is_signed_with_all_that_others_need() -> None:
    """A1"""
    given().asks(REGISTER, CTX).then(SIGNED)


def test_lines_are_kept_in_order_of_their_numbers() -> None:
    """A1"""
    given().asks(REGISTER.model_copy(update={"lines": (FLOOR, TOILET)}), CTX).then(SIGNED)


def test_a_contract_told_late_is_placed_at_its_own_time() -> None:
    """X1"""
    earlier = NOW - timedelta(days=1)
    told_late = REGISTER.model_copy(update={"at": earlier})
    given().asks(told_late, CTX).then(SIGNED.model_copy(update={"at": earlier}))


def test_the_same_contract_again_is_no_event() -> None:
    """A1"""
    given(SIGNED).asks(REGISTER, CTX).nothing_new()


def test_a_part_of_the_same_contract_again_is_no_event() -> None:
    """A1"""
    given(SIGNED).asks(REGISTER.model_copy(update={"lines": (FLOOR,)}), CTX).nothing_new()


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("amount_due_fen", 0, "未付金额"),
        ("promised_on", date(2026, 3, 11), "承诺日期"),
        ("signed_on", date(2026, 2, 9), "签订日期"),
        ("store_code", "S03", "门店"),
        ("customer", CUSTOMER.model_copy(update={"phone": "13800002222"}), "客户"),
    ],
)
def test_the_same_number_with_other_terms_is_refused_and_names_them(field: str, value: object, named: str) -> None:
    """A1"""
    given(SIGNED).asks(REGISTER.model_copy(update={field: value}), CTX).refuses(
        Rejected(
            code="contract_contradicts",
            rule="A1",
            zh=f"合同 HT26030001 已登记，但{named}不同。请核对；要改合同请走合同变更",
            en=f"Contract HT26030001 is registered already, but with other terms ({named}). "
            "Check it, or amend the contract",
            facts={"contract_no": "HT26030001", "differing": named},
        )
    )


def test_the_same_contract_with_a_new_line_is_refused_and_points_to_the_amendment() -> None:
    """A1, A6"""
    given(SIGNED_TOILET).asks(REGISTER, CTX).refuses(
        Rejected(
            code="contract_has_other_lines",
            rule="A1",
            zh="合同 HT26030001 已登记，第 2 行与已登记的不同或还没有。要增加行请走合同变更",
            en="Contract HT26030001 is registered already; lines 2 differ or are new. Amend the contract to add lines",
            facts={"contract_no": "HT26030001", "lines": "2"},
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"quantity": 1_000_000},
        {"line_no": 0},
        {"unit_price_fen": -1},
        {"sku": " "},
        {"name": ""},
        {"category": ""},
        {"spec": "x" * 501},
    ],
)
def test_a_line_that_is_no_line_is_refused(change: dict[str, object]) -> None:
    """A1"""
    lines = (TOILET.model_copy(update=change),)
    given().asks(REGISTER.model_copy(update={"lines": lines}), CTX).refuses("bad_line")


def test_a_line_number_twice_is_refused() -> None:
    """A1"""
    given().asks(REGISTER.model_copy(update={"lines": (TOILET, TOILET)}), CTX).refuses("bad_line")


@pytest.mark.parametrize("field", ["name", "phone", "address", "district"])
def test_a_customer_without_a_name_phone_address_or_district_is_refused(field: str) -> None:
    """A1"""
    customer = CUSTOMER.model_copy(update={field: " "})
    given().asks(REGISTER.model_copy(update={"customer": customer}), CTX).refuses("bad_customer")


def test_a_promise_before_the_signature_is_refused() -> None:
    """A1"""
    given().asks(REGISTER.model_copy(update={"promised_on": date(2026, 2, 7)}), CTX).refuses("bad_dates")


def test_a_new_line_amends_the_contract() -> None:
    """A6"""
    amended = ContractAmended(
        at=NOW, contract_no="HT26030001", added=(FLOOR,), reason="客户加单", lines=(TOILET, FLOOR)
    )
    given(SIGNED_TOILET).asks(ADD_FLOOR, CTX).then(amended)


def test_only_lines_that_are_new_are_added() -> None:
    """A6"""
    amended = ContractAmended(
        at=NOW, contract_no="HT26030001", added=(FLOOR,), reason="客户加单", lines=(TOILET, FLOOR)
    )
    both = ADD_FLOOR.model_copy(update={"lines": (TOILET, FLOOR)})
    given(SIGNED_TOILET).asks(both, CTX).then(amended)


def test_a_line_that_is_there_already_is_no_event() -> None:
    """A6"""
    given(SIGNED).asks(ADD_FLOOR, CTX).nothing_new()


def test_a_line_with_other_content_is_refused_and_names_it() -> None:
    """A6"""
    other = ADD_FLOOR.model_copy(update={"lines": (FLOOR.model_copy(update={"quantity": 6}),)})
    given(SIGNED).asks(other, CTX).refuses(
        Rejected(
            code="line_contradicts",
            rule="A6",
            zh="合同 HT26030001 已有第 2 行，但数量不同。请核对",
            en="Contract HT26030001 has line 2 already, but with other content (数量). Please check",
            facts={"contract_no": "HT26030001", "line_no": 2, "differing": "数量"},
        )
    )


def test_lines_of_an_unknown_contract_are_refused() -> None:
    """A6"""
    given().asks(ADD_FLOOR, CTX).refuses("unknown_contract")


def test_more_lines_than_any_contract_has_are_refused() -> None:
    """A1"""
    full = SIGNED.model_copy(
        update={"lines": tuple(TOILET.model_copy(update={"line_no": n}) for n in range(1, MAX_LINES + 1))}
    )
    more = ADD_FLOOR.model_copy(update={"lines": (FLOOR.model_copy(update={"line_no": MAX_LINES + 1}),)})
    given(full).asks(more, CTX).refuses("too_many_lines")


def test_a_complete_contract_that_gets_a_line_is_complete_no_longer() -> None:
    """A3, A6"""
    given(SIGNED_TOILET, TOILETS_IN, TOILETS_COMPLETE).asks(ADD_FLOOR, CTX).then(
        ContractAmended(at=NOW, contract_no="HT26030001", added=(FLOOR,), reason="客户加单", lines=(TOILET, FLOOR)),
        CompletenessLost(at=NOW, contract_no="HT26030001", line_no=2, quantity=5, reason="客户加单"),
    )
