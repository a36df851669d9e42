"""Every "no" of a day plan, in words for people: what is wrong, and what to do."""

from datetime import date

from contracts.decision import Detail, Rejected
from contracts.dispatch import CrewOfDay, Slot
from contracts.policy import Policy
from dispatch.domain.slot_rules import Clash, next_free_position, place_that_fits
from dispatch.domain.words import HALF_ZH, day_zh


def slot_clash(
    *,
    slot: Slot,
    others: tuple[Slot, ...],
    found: tuple[Clash, ...],
    crews: tuple[CrewOfDay, ...],
    policy: Policy,
    on: date,
) -> Rejected:
    """B8: everything that stands against a slot, with a place of that day that would do."""
    facts: dict[str, Detail] = {"clashes": ",".join(clash.name for clash in found)}
    for clash in found:
        facts |= clash.facts
    facts["next_free_position"] = next_free_position(others, slot.crew, slot.half)
    fits = place_that_fits(slot, others, crews, policy, on)
    hint_zh, hint_en = "当天没有合适的位置，请换一天", "No place of that day fits; take another day"
    if fits is not None:
        facts |= {"fits_crew": fits.crew, "fits_half": fits.half, "fits_position": fits.position}
        hint_zh = f"可改排 {fits.crew} {HALF_ZH[fits.half]} 第 {fits.position} 站"
        hint_en = f"{fits.crew} {fits.half} stop {fits.position} would do"
    return Rejected(
        "slot_clash",
        "B8",
        f"排不进 {day_zh(on)} {slot.crew} {HALF_ZH[slot.half]}：{'；'.join(clash.zh for clash in found)}。{hint_zh}。",
        f"No place on {on} {slot.crew} {slot.half}: {'; '.join(clash.en for clash in found)}. {hint_en}.",
        facts,
    )


def slot_gone(job: str) -> Rejected:
    """B8: the reservation did not last."""
    return Rejected(
        "slot_gone",
        "B8",
        f"{job} 的占位已不在：到期、已释放，或刚被别人改排。请刷新后重排。",
        f"The slot of {job} is gone: expired, released or planned anew by somebody. Reload and try again.",
        {"job_id": job},
    )


def nothing_planned() -> Rejected:
    """B4: an empty plan is no plan."""
    return Rejected(
        "nothing_planned",
        "B4",
        "这一天还没有排任何一站，不能发布。请先把单排进班组。",
        "Nothing is planned for this day, so there is no plan to publish. Give jobs a slot first.",
    )


def adjustment_needs_reason(on: date, edition: int) -> Rejected:
    """B4: a published plan is final; a change of it is an adjustment."""
    return Rejected(
        "adjustment_needs_reason",
        "B4",
        f"{day_zh(on)} 的安排表已发布（第 {edition} 版）：再改是调整，请写明理由。",
        f"The plan of {on} is published (edition {edition}): a change is an adjustment and needs a reason.",
        {"on": on.isoformat(), "edition": edition},
    )
