"""Ids of jobs are made and read in one place (A10)."""

import pytest

from contracts.job_ids import contract_of, delivery_of, installation_of, is_delivery, is_installation, part_of, visit_of


@pytest.mark.parametrize("part", [1, 2, 9, 10, 123])
def test_what_is_made_of_contract_and_part_says_both_again(part: int) -> None:
    """A10"""
    delivery, installation = delivery_of("HT26030001", part), installation_of("HT26030001", part)
    assert [contract_of(one) for one in (delivery, installation)] == ["HT26030001"] * 2
    assert [part_of(one) for one in (delivery, installation)] == [part] * 2
    assert (is_delivery(delivery), is_delivery(installation)) == (True, False)
    assert (is_installation(delivery), is_installation(installation)) == (False, True)


def test_the_first_delivery_has_the_number_it_always_had() -> None:
    """A10"""
    assert (delivery_of("HT26030001"), installation_of("HT26030001")) == ("D-HT26030001", "I-HT26030001")
    assert delivery_of("HT26030001", 2) == "D-HT26030001-2"


def test_a_visit_and_a_paper_are_of_no_contracts_delivery() -> None:
    """C3, A7"""
    assert [contract_of(one) for one in (visit_of("T-1", 2), "QS-20260309-1")] == [None, None]
