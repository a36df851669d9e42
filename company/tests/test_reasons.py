"""Reasons that the system gives are Chinese, a space and English; each page shows its own half."""

import re

import pytest

from company.reasons import BY_THE_SYSTEM, LEFT_BY_DELIVERY, TAKEN_BACK, of_language


@pytest.mark.parametrize("reason", BY_THE_SYSTEM)
def test_a_reason_of_the_system_is_shown_in_one_language(reason: str) -> None:
    """X5: Chinese pages show no English, English ones no Chinese; both halves say something."""
    zh, en = of_language(reason, chinese=True), of_language(reason, chinese=False)
    assert f"{zh} {en}" == reason
    assert re.fullmatch(r"[^A-Za-z ]+", zh)
    assert re.fullmatch(r"[a-z ,]+", en)


def test_what_stands_around_it_and_what_a_person_gave_as_reason_stay() -> None:
    """X5, X1"""
    typed = f"{TAKEN_BACK}：录错 wrong line · {LEFT_BY_DELIVERY}"
    assert of_language(typed, chinese=True) == "所说的已更正收回：录错 wrong line · 送货后余件"
    assert of_language("客户改期 ok", chinese=True) == "客户改期 ok"
