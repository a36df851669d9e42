"""The order of unloading and loading."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from company.policy import policy_book
from company.unloading import in_loading_order, in_unloading_order, unloading_rank

ORDER = (("柜体", "橱柜"), ("五金",), ("电器",), ("台面",))
CATEGORIES = st.sampled_from(["柜体", "橱柜", "五金", "电器", "台面", "卫浴", ""])
PIECES = st.lists(st.tuples(CATEGORIES, st.integers(1, 9)), max_size=12)


def category(piece: tuple[str, int]) -> str:
    return piece[0]


def test_cabinets_hardware_appliances_countertops_then_others_are_unloaded() -> None:
    """B19"""
    pieces = [("台面", 1), ("卫浴", 2), ("橱柜", 3), ("电器", 4), ("五金", 5), ("柜体", 6)]
    assert in_unloading_order(pieces, category, ORDER) == (
        ("橱柜", 3),
        ("柜体", 6),
        ("五金", 5),
        ("电器", 4),
        ("台面", 1),
        ("卫浴", 2),
    )


def test_the_company_s_policy_names_the_four_groups_in_order() -> None:
    """B19"""
    order = policy_book().revisions[0].unloading_order
    assert [unloading_rank(name, order) for name in ("柜体", "五金", "电器", "台面", "卫浴")] == [0, 1, 2, 3, 4]


@given(PIECES)
def test_no_piece_is_lost_and_ranks_never_fall(pieces: list[tuple[str, int]]) -> None:
    """B19"""
    unloaded = in_unloading_order(pieces, category, ORDER)
    ranks = [unloading_rank(name, ORDER) for name, _ in unloaded]
    assert (Counter(unloaded), ranks) == (Counter(pieces), sorted(ranks))


@given(PIECES)
def test_loading_is_the_reverse_of_unloading(pieces: list[tuple[str, int]]) -> None:
    """B19"""
    assert in_loading_order(pieces, category, ORDER) == in_unloading_order(pieces, category, ORDER)[::-1]
