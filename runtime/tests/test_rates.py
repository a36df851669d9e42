"""How often and how many: what is counted under which key, and when one may again."""

import pytest

from company.people import read_people
from runtime.rates import AtOnce, Origin, Rate, network_of


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_is_counted_as_what_one_subscriber_has(host: str, network: str) -> None:
    """X8"""
    assert network_of(host) == network


def test_a_rate_lets_its_burst_through_and_then_says_how_long_to_wait() -> None:
    """X8"""
    rate = Rate("60/minute burst 3; 2000/hour burst 2000")
    assert [rate.ask("a") for _ in range(3)] == [0, 0, 0]
    assert (0.5 < rate.ask("a") <= 1, 0.5 < rate.look("a") <= 1, rate.look("b"), rate.ask("b")) == (True, True, 0, 0)


def test_whichever_part_of_a_rate_is_reached_first_holds() -> None:
    """X8"""
    rate = Rate("100/second; 2/hour")
    assert [rate.ask("a") > 60 for _ in range(3)] == [False, False, True]


def test_a_person_is_counted_as_a_person_wherever_they_are() -> None:
    """X8"""
    assert Origin("10.0.0.1").key == "address:10.0.0.1"
    assert Origin("10.0.0.1", read_people()["he.jx"]).key == "person:he.jx"


def test_who_is_inside_is_counted_until_they_leave() -> None:
    """X8"""
    room = AtOnce(3, 2)
    assert [room.enter(who) for who in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    assert room.is_full
    room.leave("a")
    assert (room.is_full, room.enter("c"), room.is_full) == (False, True, True)
