"""Which contract a row that cannot be taken is a part of (A13): by its number, else by whom it names. Pure.

A contract that may have such a row waits for it. Rather one contract too many waits, which somebody sees, than one is
registered without a line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from contracts import spelling
from contracts.spelling import narrow
from runtime.file_refusals import Refused

NUMBER, CUSTOMER, PHONE, ADDRESS = 0, 3, 4, 5
"""Places of these columns in a row of a contracts file."""
OF_LINE = slice(9, 17)
_NUMBER_WITHIN = re.compile(r"[A-Z]{2}[0-9]{6,12}")


class Who(NamedTuple):
    """Whom a contract is with, as its good rows say."""

    name: str
    phone: str
    address: str


def with_contracts(
    refused: Sequence[Refused], numbers: Mapping[int, str], customers: Mapping[str, Who]
) -> list[Refused]:
    """The refused rows, each with the contracts that it is, or may be, a part of.

    `numbers`: contract number by row, of the good rows, in the order of the sheet; `customers`: of their contracts.
    """
    told = {row.row: number for row in refused if row.cells and (number := number_of(row.cells))}
    all_numbers = {**numbers, **told}
    people = _People(
        [
            *((number, who) for number, who in customers.items()),
            *((told[row.row], who_of(row.cells)) for row in refused if row.row in told),
        ]
    )
    known = set(all_numbers.values())
    rows = sorted(all_numbers)
    found: list[Refused] = []
    for row in refused:
        # a quote that was left open may have swallowed rows of others: all numbers within count
        of = known & set(_NUMBER_WITHIN.findall(narrow(" ".join(row.cells)).upper()))
        if row.row in told:
            of.add(told[row.row])
        elif not of and (not row.cells or is_remark(row.cells)):
            found.append(replace(row, cells=()))
            continue
        else:
            of |= people.like(who_of(row.cells))
            if not of and not any(who_of(row.cells)) and (above := bisect_left(rows, row.row)):
                of = {all_numbers[rows[above - 1]]}
        found.append(replace(row, of=tuple(sorted(of))))
    return found


def number_of(cells: Sequence[str]) -> str:
    """The contract number of a row; "" where it is none."""
    number, wrong = spelling.contract_no(cells[NUMBER])
    return "" if wrong else number


def who_of(cells: Sequence[str]) -> Who:
    """Whom a row names."""
    return Who(cells[CUSTOMER], cells[PHONE], cells[ADDRESS])


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a row without a number is none of a contract: who made the table, a note."""
    return not any(cells[OF_LINE]) or sum(map(bool, cells)) == 1


class _People:
    """Contracts by whom they are with."""

    def __init__(self, all_of_them: Iterable[tuple[str, Who]]) -> None:
        self._by: tuple[dict[str, set[str]], ...] = ({}, {}, {})
        for number, who in all_of_them:
            for by, text in zip(self._by, compared(who), strict=True):
                if text:
                    by.setdefault(text, set()).add(number)

    def like(self, who: Who) -> set[str]:
        """Those with the same telephone or address; with the same name, where a row says no other of both."""
        name, phone, address = compared(who)
        names, phones, addresses = self._by
        found = phones.get(phone, set()) | addresses.get(address, set())
        known_otherwise = phone and address
        return found if found or known_otherwise else names.get(name, set())


def compared(who: Who) -> Who:
    """As it is compared; a telephone number that is none says nothing."""
    name, phone, address = ("".join(narrow(text).split()).lower() for text in who)
    kept, _, wrong = spelling.phones(phone)
    return Who(name, "" if wrong else kept, address)
