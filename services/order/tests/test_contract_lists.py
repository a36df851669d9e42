"""Lists of contracts are pages of one query on one index, and no page skips or repeats a contract."""

import asyncio
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_rows import MemoryRows, document_of, value_of
from order_story import signed

from order.contract.row import CONTRACTS
from order.listing import BadCursor, Sort, Wanted, cursor_of, found_by, query_of, sort_of

INDEXES = [("_id",), *CONTRACTS.projection.indexes]
STATES = ("waiting", "complete", "cancelled")
SORTS: tuple[Sort, ...] = get_args(Sort)


BASE = document_of(signed())


def document(number: int, *, store: str = "S02", state: str = "waiting", day: int = 1, name: str = "马娜") -> Any:
    contract_no = f"HT26{number:06d}"
    return {
        "_id": contract_no,
        "row": {
            **BASE["row"],
            "contract_no": contract_no,
            "store_code": store,
            "tags": [state, "full" if state == "complete" else "short"],
            "delayed": False,
            "promised_on": f"2026-03-{day:02d}",
            "phone": f"1380000{number % 10_000:04d}",
            "search": sorted({contract_no, contract_no[2:], name, f"1380000{number % 10_000:04d}", f"{number:04d}"}),
        },
    }


DOCUMENTS = st.lists(
    st.builds(
        document,
        st.integers(1, 400),
        store=st.sampled_from(["S01", "S02"]),
        state=st.sampled_from(STATES),
        day=st.integers(1, 5),
    ),
    max_size=40,
    unique_by=lambda one: one["_id"],
)
WANTED = st.builds(
    Wanted,
    store=st.none() | st.sampled_from(["S01", "S02"]),
    state=st.none() | st.sampled_from(STATES),
    complete=st.none() | st.booleans(),
    promised_from=st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 5)),
    promised_to=st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 5)),
    sort=st.sampled_from(SORTS),
)


def fits(one: Any, wanted: Wanted) -> bool:
    order = one["row"]
    return (
        wanted.store in {None, order["store_code"]}
        and (wanted.state is None or wanted.state in order["tags"])
        and (wanted.complete is None or wanted.complete == ("full" in order["tags"]))
        and (wanted.promised_from is None or order["promised_on"] >= wanted.promised_from.isoformat())
        and (wanted.promised_to is None or order["promised_on"] <= wanted.promised_to.isoformat())
    )


async def pages(rows: MemoryRows, wanted: Wanted, limit: int) -> list[list[str]]:
    turned: list[list[str]] = []
    after: str | None = None
    while True:
        found = await rows.find(query_of(wanted, "cs_specialist", after), sort=sort_of(wanted), limit=limit)
        turned.append([one["_id"] for one in found])
        after = cursor_of(wanted, [*map(CONTRACTS.read, found)], limit)
        if after is None:
            return turned


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, WANTED, st.integers(1, 7))
def test_the_pages_together_are_all_that_fits_in_order_each_once(
    documents: list[Any], wanted: Wanted, limit: int
) -> None:
    """A1, X6"""
    turned = asyncio.run(pages(MemoryRows(documents), wanted, limit))
    expected = sorted(
        (one for one in documents if fits(one, wanted)),
        key=lambda one: tuple(value_of(one, field) for field, _ in sort_of(wanted)),
        reverse=wanted.sort.startswith("-"),
    )
    assert [number for page in turned for number in page] == [one["_id"] for one in expected]


def conditions(query: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, condition in query.items():
        if field == "$and":
            for one in condition:
                yield from conditions(one)
        elif field != "$or":  # it only decides between rows that the bounds of the index let through
            yield field, condition


def serving(query: dict[str, Any], sort: list[tuple[str, int]]) -> list[tuple[str, ...]]:
    """Indexes that give the rows in order, after fields that the query fixes; or, for a search, narrow them first."""
    asked = dict(conditions(query))
    fixed = {field for field, wanted in asked.items() if not isinstance(wanted, dict) or "$all" in wanted}
    order = tuple(field for field, _ in sort)

    def serves(index: tuple[str, ...]) -> bool:
        beginnings = [count for count in range(len(index)) if set(index[:count]) <= fixed]
        in_order = any(index[count : count + len(order)] == order for count in beginnings)
        return in_order or (index[0] == "row.search" and "row.search" in asked)

    return [index for index in INDEXES if serves(index)]


CHOICES = [
    Wanted(store, state, complete, delayed, todo, low, None, q, sort)
    for store, state, complete, delayed, todo, low, q, sort in product(
        (None, "S02"),
        (None, "waiting"),
        (None, True),
        (None, True),
        (None, "delay_call"),
        (None, date(2026, 3, 1)),
        (None, "马"),
        SORTS,
    )
]


@pytest.mark.parametrize("role", ["cs_specialist", "warehouse"])
@pytest.mark.parametrize("after", [None, "the last row"])
def test_every_choice_is_served_by_one_index(role: str, after: str | None) -> None:
    """A1: no choice reads the whole list, and none sorts it after reading."""
    unserved = []
    for wanted in CHOICES:
        cursor = None if after is None else ("2026-03-02~HT26000009" if "promised" in wanted.sort else "HT26000009")
        if not serving(query_of(wanted, role, cursor), sort_of(wanted)):
            unserved.append(wanted)
    assert unserved == []


def test_the_narrower_of_two_choices_has_an_index_of_its_own() -> None:
    """A1: a store's list, and what is to be done, begin at their own place of an index."""
    own = query_of(Wanted(store="S02"), "store")
    todo = query_of(Wanted(todo="delay_call"), "install_assistant")
    by_promise = query_of(Wanted(store="S02", sort="promised_on"), "store")
    assert ("row.store_code", "_id") in serving(own, [("_id", 1)])
    assert ("row.tags", "_id") in serving(todo, [("_id", 1)])
    assert ("row.store_code", "row.promised_on", "_id") in serving(by_promise, [("row.promised_on", 1), ("_id", 1)])


@pytest.mark.parametrize(
    ("text", "found"),
    [("HT26000042", True), ("ht26", True), ("26000042", True), ("马", True), ("马娜", True), ("0042", True)]
    + [("13800000042", True), ("娜", False), ("042", False), (".*", False)],
)
def test_a_contract_is_found_by_number_name_and_the_end_of_the_phone(text: str, *, found: bool) -> None:
    """A1"""
    rows = MemoryRows([document(42)])
    assert bool(asyncio.run(rows.find(found_by(text, "cs_specialist")))) == found


@pytest.mark.parametrize("text", ["马娜", "0042", "13800000042"])
def test_who_may_not_see_customers_does_not_find_them(text: str) -> None:
    """C18"""
    rows = MemoryRows([document(42)])
    assert asyncio.run(rows.find(found_by(text, "warehouse"))) == []
    assert len(asyncio.run(rows.find(found_by("HT2600", "warehouse")))) == 1


@pytest.mark.parametrize(
    ("sort", "after"), [("contract_no", "2026-03-02~HT1"), ("promised_on", "HT1"), ("promised_on", "x~HT1")]
)
def test_a_page_of_another_list_is_refused(sort: str, after: str) -> None:
    """A1"""
    with pytest.raises(BadCursor):
        query_of(Wanted(sort=cast(Sort, sort)), "manager", after)


def test_the_conditions_never_hide_that_the_positions_lie_beside_the_rows() -> None:
    """A1: the read model adds its own condition on `_id`, so none of ours may stand at the top."""
    tops = {field for wanted in CHOICES for field in query_of(wanted, "warehouse", None)}
    assert tops <= {"$and"}
