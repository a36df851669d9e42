"""Places of a day plan (B8): positions, windows, capacity, every reason why a slot does not fit, and where it would.

A *hard* clash is about what cannot be: one crew, vehicle or person at two places, a crew that is not there or does
other work. A *soft* one is about what should not be (too many stops, too much volume, outside the half-day, another
half-day than the customer was promised): a supervisor may force it with a reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from company.policy import Policy
from contracts.civil_time import civil, end_of_day
from contracts.dispatch_days import CrewOfDay, Slot
from contracts.fact import Half, Window
from dispatch.day.state import HALVES, Absence
from dispatch.refusals import no
from dispatch.words import HALF_EN, HALF_ZH, KIND_ZH, joined
from runtime.decision import Detail, Rejected
from runtime.refusal import Term, month_day

SOFT = frozenset({"stops", "volume", "window_outside", "half_agreed"})
"""Clashes that a supervisor may force."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One reason why a slot does not fit: `name` is stable, `facts` are its figures, `job_id` is who does not fit."""

    name: str
    zh: str
    en: str
    facts: Mapping[str, Detail]
    job_id: str = ""

    @property
    def is_soft(self) -> bool:
        """Whether a supervisor may force it."""
        return self.name in SOFT


def half_window(on: date, half: Half, policy: Policy) -> Window:
    """The whole half-day."""
    hours = policy.halves[half]
    return Window(starts=civil(on, hours.starts), ends=civil(on, hours.ends))


def whole_day(on: date, policy: Policy) -> Window:
    """From the start of the morning to the end of the afternoon."""
    return Window(starts=half_window(on, "am", policy).starts, ends=half_window(on, "pm", policy).ends)


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


def free_positions(slots: Iterable[Slot], crew: CrewOfDay, half: Half) -> Iterable[int]:
    """The places in the order of stops that nobody has, lowest first."""
    taken = {slot.position for slot in slots if (slot.crew, slot.half) == (crew.crew, half)}
    return (place for place in range(1, crew.stops_per_half + 1) if place not in taken)


def share_people_or_vehicle(one: CrewOfDay, other: CrewOfDay) -> bool:
    """Whether two crews of a day cannot work at the same time (B8: one person, one vehicle, one place at a time).

    Members are written by name, leaders by id and name.
    """
    people_of_one = {person for person in (one.leader, one.leader_name, *one.members) if person}
    people_of_other = {person for person in (other.leader, other.leader_name, *other.members) if person}
    return one.crew == other.crew or one.vehicle == other.vehicle or bool(people_of_one & people_of_other)


def overlap(one: Window, other: Window) -> bool:
    """Whether two windows have time in common; touching ends do not count."""
    return one.starts < other.ends and other.starts < one.ends


@dataclass(frozen=True, slots=True)
class Ground:
    """What a slot is laid on: a day, its crews, who is absent, what is there already; `policy` for the hours;
    `departed`: crews that have left (B11), with which no place is offered."""

    on: date
    crews: tuple[CrewOfDay, ...]
    others: tuple[Slot, ...]
    absences: tuple[Absence, ...]
    policy: Policy
    departed: tuple[str, ...] = ()


def clashes(slot: Slot, ground: Ground, agreed_half: Half | None = None) -> tuple[Clash, ...]:
    """Every reason why `slot` does not fit (B8), and not only the first; `agreed_half` is the customer's (A8)."""
    crew = next((one for one in ground.crews if one.crew == slot.crew), None)
    if crew is None:
        return (_unknown_crew(slot, ground.crews),)
    return (
        *_crew_clashes(slot, crew, ground.absences),
        *_window_clashes(slot, crew, ground),
        *_capacity_clashes(slot, crew, ground.others),
        *_agreement_clashes(slot, agreed_half),
    )


def _unknown_crew(slot: Slot, crews: tuple[CrewOfDay, ...]) -> Clash:
    names = "、".join(one.crew for one in crews)
    return Clash(
        "crew",
        f"没有班组 {slot.crew}，当天有 {names}",
        f"there is no crew {slot.crew}; the day has {names}",
        {},
        slot.job_id,
    )


def _crew_clashes(slot: Slot, crew: CrewOfDay, absences: tuple[Absence, ...]) -> Iterable[Clash]:
    if crew.kind != slot.kind:
        yield Clash(
            "kind",
            f"{crew.name}只做{KIND_ZH[crew.kind]}",
            f"{crew.crew} does {crew.kind} only",
            {"crew_kind": crew.kind, "job_kind": slot.kind},
            slot.job_id,
        )
    for absence in absences:
        if absence.crew == crew.crew and (absence.half in (None, slot.half) or slot.spread):
            yield Clash(
                "absent",
                f"{crew.name}当天缺勤：{absence.reason}",
                f"{crew.crew} is absent: {absence.reason}",
                {"absent_half": absence.half},
                slot.job_id,
            )


def _window_clashes(slot: Slot, crew: CrewOfDay, ground: Ground) -> Iterable[Clash]:
    window = slot.window
    whole = whole_day(ground.on, ground.policy) if slot.spread else half_window(ground.on, slot.half, ground.policy)
    if not civil(ground.on, time()) <= window.starts < window.ends <= end_of_day(ground.on):
        yield Clash(
            "window_impossible",
            "时段要在当天之内，并且先起后止",
            "the window must begin before it ends, on that day",
            {},
            slot.job_id,
        )
    elif not (whole.starts <= window.starts and window.ends <= whole.ends):
        yield Clash(
            "window_outside",
            f"时段不在当天{HALF_ZH[slot.half]}之内",
            f"the window is not within that {HALF_EN[slot.half]}",
            {"half_starts": whole.starts.isoformat(), "half_ends": whole.ends.isoformat()},
            slot.job_id,
        )
    bound = {one.crew for one in ground.crews if share_people_or_vehicle(one, crew)}
    for other in ground.others:
        if other.crew in bound and overlap(other.window, window):
            yield Clash(
                "window_taken",
                f"{other.crew} 同一时段已有 {other.job_id}（同一组、同一车或同一人）",
                f"{other.job_id} has that time already ({other.crew}: same crew, vehicle or person)",
                {"window_taken_by": other.job_id, "window_taken_crew": other.crew},
                slot.job_id,
            )


def _capacity_clashes(slot: Slot, crew: CrewOfDay, others: tuple[Slot, ...]) -> Iterable[Clash]:
    beside = tuple(one for one in others if (one.crew, one.half) == (slot.crew, slot.half))
    holder = next((one for one in beside if one.position == slot.position), None)
    if holder is not None:
        yield Clash(
            "position_taken",
            f"第 {slot.position} 站已是 {holder.job_id}",
            f"stop {slot.position} is {holder.job_id} already",
            {"position": slot.position, "position_taken_by": holder.job_id},
            slot.job_id,
        )
    if slot.position < 1:
        yield Clash("position", "站序从 1 开始", "stops are counted from 1", {"position": slot.position}, slot.job_id)
    elif slot.position > crew.stops_per_half or len(beside) + 1 > crew.stops_per_half:
        yield Clash(
            "stops",
            f"{crew.name}{HALF_ZH[slot.half]}最多 {crew.stops_per_half} 站",
            f"{crew.crew} takes at most {crew.stops_per_half} stops in the {HALF_EN[slot.half]}",
            {"stops": len(beside) + 1, "stops_limit": crew.stops_per_half},
            slot.job_id,
        )
    limit = None if crew.volume_l_per_half is None else crew.volume_l_per_half * (2 if slot.spread else 1)
    volume = sum(one.volume_l for one in beside) + slot.volume_l
    if limit is not None and volume > limit:
        yield Clash(
            "volume",
            f"{crew.vehicle} 装不下：{volume} 升，最多 {limit} 升",
            f"{crew.vehicle} takes {limit} l, this makes {volume} l",
            {"volume_l": volume, "volume_limit_l": limit},
            slot.job_id,
        )


def _agreement_clashes(slot: Slot, agreed: Half | None) -> Iterable[Clash]:
    if agreed is not None and agreed != slot.half and not slot.spread:
        yield Clash(
            "half_agreed",
            f"与客户约的是{HALF_ZH[agreed]}",
            f"the customer was promised the {HALF_EN[agreed]}",
            {"agreed_half": agreed},
            slot.job_id,
        )


def places_that_fit(slot: Slot, ground: Ground, agreed_half: Half | None = None) -> Iterable[Slot]:
    """The first place of each crew and half-day where the job does fit: its own crew and half first, then the others.

    A job too large for every half-day is offered both halves of a crew (`spread`).
    """
    there = [one for one in ground.crews if one.crew not in ground.departed]
    for crew in sorted(there, key=lambda one: (one.crew != slot.crew, one.crew)):
        for half in sorted(HALVES, key=lambda one: one != slot.half):
            for position in free_positions(ground.others, crew, half):
                window = window_at(ground.on, half, position, crew, ground.policy)
                tried = placed(slot, crew.crew, half, position, window)
                if not clashes(tried, ground, agreed_half):
                    yield tried
                    break
    if _too_large_for_a_half(slot, ground):
        for crew in sorted(there, key=lambda one: (one.crew != slot.crew, one.crew)):
            whole = placed(slot, crew.crew, "am", 1, whole_day(ground.on, ground.policy), spread=True)
            if not clashes(whole, ground, agreed_half):
                yield whole


def placed(slot: Slot, crew: str, half: Half, position: int, window: Window, *, spread: bool = False) -> Slot:
    """The same job at another place, not forced."""
    place = {"crew": crew, "half": half, "position": position, "window": window, "spread": spread, "forced": None}
    return slot.model_copy(update=place)


def _too_large_for_a_half(slot: Slot, ground: Ground) -> bool:
    limits = [crew.volume_l_per_half for crew in ground.crews if crew.kind == slot.kind]
    known = [limit for limit in limits if limit is not None]
    return bool(known) and len(known) == len(limits) and slot.volume_l > max(known)


RULES_OF_CLASHES = {"half_agreed": "A8"}
"""The rule behind a clash, where it is not B8."""


def clash_facts(found: Iterable[Clash]) -> dict[str, Detail]:
    """All clashes, numbered from 1, as an error can carry them; and whether a supervisor could force them (B8)."""
    known = tuple(found)
    facts: dict[str, Detail] = {
        "clashes": ",".join(clash.name for clash in known),
        "clash_count": len(known),
        "forcible": all(clash.is_soft for clash in known),
    }
    for number, clash in enumerate(known, start=1):
        told: dict[str, Detail] = {
            "name": clash.name,
            "soft": clash.is_soft,
            "rule": RULES_OF_CLASHES.get(clash.name, "B8"),
            "zh": clash.zh,
            "en": clash.en,
            "job": clash.job_id,
            **clash.facts,
        }
        facts |= {f"clash_{number}_{name}": value for name, value in told.items()}
    return facts


def by_job(found: Iterable[Clash]) -> tuple[Term, ...]:
    """Each clash with the job that it is about."""
    return tuple(Term(f"{clash.job_id} {clash.zh}", f"{clash.job_id}: {clash.en}") for clash in found)


def slot_clash(slot: Slot, found: tuple[Clash, ...], ground: Ground, agreed_half: Half | None) -> Rejected:
    """B8: everything that stands against a slot, with a place of that day that would do."""
    facts = clash_facts(found)
    facts["next_free_position"] = next_free_position(ground.others, slot.crew, slot.half)
    fits = next(iter(places_that_fit(slot, ground, agreed_half)), None)
    hint = Term("当天没有合适的位置，请换一天", "No place of that day fits; take another day")
    if fits is not None:
        facts |= {
            "fits_crew": fits.crew,
            "fits_half": fits.half,
            "fits_position": fits.position,
            "fits_spread": fits.spread,
        }
        hint = Term(
            f"可改排 {fits.crew} {HALF_ZH[fits.half]} 第 {fits.position} 站",
            f"{fits.crew} {fits.half} stop {fits.position} would do",
        )
        if fits.spread:
            zh = f"可由 {fits.crew} 上下午两趟送"
            hint = Term(zh, f"{fits.crew} could drive twice, morning and afternoon")
    on, crew, half = ground.on, slot.crew, slot.half
    place = Term(f"{month_day(on)} {crew} {HALF_ZH[half]}", f"{on} {crew} {half}")
    return no("slot_clash", rule="B8", place=place, found=joined(found), hint=hint, **facts)


def change_clash(on: date, found: tuple[Clash, ...]) -> Rejected:
    """B8: a change of several places does not fit; all of what stands against it, and nothing was changed."""
    day = Term(month_day(on), on.isoformat())
    return no("change_clash", rule="B8", day=day, found=joined(by_job(found)), **clash_facts(found))


def force_impossible(found: tuple[Clash, ...]) -> Rejected:
    """B8: nobody is at two places, whatever the reason."""
    hard = joined(clash for clash in found if not clash.is_soft)
    return no("force_impossible", rule="B8", found=hard, **clash_facts(found))
