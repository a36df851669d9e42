"""Arithmetic of the day plan (B8): positions, windows, capacity, and every reason why a slot does not fit. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.decision import Detail
from contracts.dispatch import CrewOfDay, Slot
from contracts.fact import Half, Window
from contracts.policy import Policy, civil
from dispatch.domain.words import HALF_EN, HALF_ZH, KIND_ZH

HALVES: tuple[Half, Half] = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Clash:
    """One reason why a slot does not fit: `name` is stable, `facts` are its figures."""

    name: str
    zh: str
    en: str
    facts: Mapping[str, Detail]


def half_window(on: date, half: Half, policy: Policy) -> Window:
    """The whole half-day."""
    hours = policy.halves[half]
    return Window(starts=civil(on, hours.starts), ends=civil(on, hours.ends))


def window_at(on: date, half: Half, position: int, crew: CrewOfDay, policy: Policy) -> Window:
    """The position's share when the half-day is divided evenly among the crew's stops, to the minute."""
    whole = half_window(on, half, policy)
    minutes = int((whole.ends - whole.starts) / timedelta(minutes=1))
    start, end = (minutes * place // crew.stops_per_half for place in (position - 1, position))
    return Window(starts=whole.starts + timedelta(minutes=start), ends=whole.starts + timedelta(minutes=end))


def next_free_position(slots: Iterable[Slot], crew: str, half: Half) -> int:
    """The lowest place in the order of stops that nobody has."""
    taken = {slot.position for slot in slots if (slot.crew, slot.half) == (crew, half)}
    return next(place for place in range(1, len(taken) + 2) if place not in taken)


def share_people_or_vehicle(one: CrewOfDay, other: CrewOfDay) -> bool:
    """Whether two crews of a day cannot work at the same time (B8: one person, one vehicle, one place at a time)."""
    people_of_one = {person for person in (one.leader, *one.members) if person}
    people_of_other = {person for person in (other.leader, *other.members) if person}
    return one.crew == other.crew or one.vehicle == other.vehicle or bool(people_of_one & people_of_other)


def overlap(one: Window, other: Window) -> bool:
    """Whether two windows have time in common; touching ends do not count."""
    return one.starts < other.ends and other.starts < one.ends


def clashes(slot: Slot, others: Iterable[Slot], crews: tuple[CrewOfDay, ...], whole: Window) -> tuple[Clash, ...]:
    """Every reason why `slot` does not fit beside `others` on a day of these crews; `whole` is its half-day (B8)."""
    known = tuple(others)
    crew = next((one for one in crews if one.crew == slot.crew), None)
    if crew is None:
        names = "、".join(one.crew for one in crews)
        return (
            Clash(
                "crew",
                f"没有班组 {slot.crew}，当天有 {names}",
                f"there is no crew {slot.crew}; the day has {names}",
                {},
            ),
        )
    beside = tuple(one for one in known if (one.crew, one.half) == (slot.crew, slot.half))
    found: list[Clash] = []
    if crew.kind != slot.kind:
        found.append(
            Clash(
                "kind",
                f"{crew.name}只做{KIND_ZH[crew.kind]}",
                f"{crew.crew} does {crew.kind} only",
                {"crew_kind": crew.kind, "job_kind": slot.kind},
            )
        )
    found.extend(_window_clashes(slot, known, crew, crews, whole))
    found.extend(_capacity_clashes(slot, beside, crew))
    return tuple(found)


def _window_clashes(
    slot: Slot, known: tuple[Slot, ...], crew: CrewOfDay, crews: tuple[CrewOfDay, ...], whole: Window
) -> Iterable[Clash]:
    if not (whole.starts <= slot.window.starts < slot.window.ends <= whole.ends):
        yield Clash(
            "window_outside",
            f"时段不在当天{HALF_ZH[slot.half]}之内",
            f"the window is not within that {HALF_EN[slot.half]}",
            {"half_starts": whole.starts.isoformat(), "half_ends": whole.ends.isoformat()},
        )
    bound = {one.crew for one in crews if share_people_or_vehicle(one, crew)}
    for other in known:
        if other.crew in bound and overlap(other.window, slot.window):
            yield Clash(
                "window_taken",
                f"{other.crew} 同一时段已有 {other.job_id}（同一组、同一车或同一人）",
                f"{other.job_id} has that time already ({other.crew}: same crew, vehicle or person)",
                {"window_taken_by": other.job_id, "window_taken_crew": other.crew},
            )
            return


def _capacity_clashes(slot: Slot, beside: tuple[Slot, ...], crew: CrewOfDay) -> Iterable[Clash]:
    holder = next((one for one in beside if one.position == slot.position), None)
    if holder is not None:
        yield Clash(
            "position_taken",
            f"第 {slot.position} 站已是 {holder.job_id}",
            f"stop {slot.position} is {holder.job_id} already",
            {"position": slot.position, "position_taken_by": holder.job_id},
        )
    if not 1 <= slot.position <= crew.stops_per_half or len(beside) + 1 > crew.stops_per_half:
        yield Clash(
            "stops",
            f"{crew.name}{HALF_ZH[slot.half]}最多 {crew.stops_per_half} 站",
            f"{crew.crew} takes at most {crew.stops_per_half} stops in the {HALF_EN[slot.half]}",
            {"stops": len(beside) + 1, "stops_limit": crew.stops_per_half},
        )
    volume = sum(one.volume_l for one in beside) + slot.volume_l
    if crew.volume_l_per_half is not None and volume > crew.volume_l_per_half:
        yield Clash(
            "volume",
            f"{crew.vehicle} 装不下：{volume} 升，最多 {crew.volume_l_per_half} 升",
            f"{crew.vehicle} takes {crew.volume_l_per_half} l, this makes {volume} l",
            {"volume_l": volume, "volume_limit_l": crew.volume_l_per_half},
        )


def place_that_fits(
    slot: Slot, others: Iterable[Slot], crews: tuple[CrewOfDay, ...], policy: Policy, on: date
) -> Slot | None:
    """The nearest place on that day where the job does fit: its own crew and half first, then the others."""
    known = tuple(others)
    for crew in sorted(crews, key=lambda one: (one.crew != slot.crew, one.crew)):
        for half in sorted(HALVES, key=lambda one: one != slot.half):
            position = next_free_position(known, crew.crew, half)
            window = window_at(on, half, position, crew, policy)
            tried = slot.model_copy(update={"crew": crew.crew, "half": half, "position": position, "window": window})
            if not clashes(tried, known, crews, half_window(on, half, policy)):
                return tried
    return None
