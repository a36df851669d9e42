"""How far it is (B12): straight lines between the centres of districts, and a policy's figure within one. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from company.policy import DistrictPlace, Policy

EARTH_M = 6_371_000
"""Mean radius of the earth, metres."""

DEPOT_PLACE = ""
"""The name of the depot among districts; a district that is not known counts as lying there."""


def straight_line_m(one: DistrictPlace, other: DistrictPlace) -> int:
    """The great-circle distance, metres."""
    north = radians(other.latitude - one.latitude) / 2
    east = radians(other.longitude - one.longitude) / 2
    part = sin(north) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east) ** 2
    return round(2 * EARTH_M * asin(sqrt(part)))


def metres(one: str, other: str, policy: Policy) -> int:
    """From one address to the next, by their districts."""
    if one == other:
        return 0 if one == DEPOT_PLACE else policy.within_district_m
    return straight_line_m(_place(one, policy), _place(other, policy))


def tour_m(districts: Iterable[str], policy: Policy) -> int:
    """From the depot along these addresses and back; no address, no tour."""
    stops = tuple(districts)
    if not stops:
        return 0
    return sum(metres(one, other, policy) for one, other in pairwise((DEPOT_PLACE, *stops, DEPOT_PLACE)))


def _place(district: str, policy: Policy) -> DistrictPlace:
    return policy.districts.get(district, policy.depot_place)
