"""Every "no" of a day plan, in words for people: what is wrong, and what to do."""

from collections.abc import Iterable
from datetime import date

from contracts.dispatch_days import Slot
from contracts.fact import Half
from dispatch.domain.slot_rules import Clash, Ground, next_free_position, places_that_fit
from dispatch.domain.words import HALF_ZH, day_zh
from runtime.decision import Detail, Rejected

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


def slot_clash(*, slot: Slot, found: tuple[Clash, ...], ground: Ground, agreed_half: Half | None) -> Rejected:
    """B8: everything that stands against a slot, with a place of that day that would do."""
    on = ground.on
    facts = clash_facts(found)
    facts["next_free_position"] = next_free_position(ground.others, slot.crew, slot.half)
    fits = next(iter(places_that_fit(slot, ground, agreed_half)), None)
    hint_zh, hint_en = "当天没有合适的位置，请换一天", "No place of that day fits; take another day"
    if fits is not None:
        facts |= {
            "fits_crew": fits.crew,
            "fits_half": fits.half,
            "fits_position": fits.position,
            "fits_spread": fits.spread,
        }
        hint_zh = f"可改排 {fits.crew} {HALF_ZH[fits.half]} 第 {fits.position} 站"
        hint_en = f"{fits.crew} {fits.half} stop {fits.position} would do"
        if fits.spread:
            hint_zh, hint_en = f"可由 {fits.crew} 上下午两趟送", f"{fits.crew} could drive twice, morning and afternoon"
    return Rejected(
        "slot_clash",
        "B8",
        f"排不进 {day_zh(on)} {slot.crew} {HALF_ZH[slot.half]}：{'；'.join(clash.zh for clash in found)}。{hint_zh}。",
        f"No place on {on} {slot.crew} {slot.half}: {'; '.join(clash.en for clash in found)}. {hint_en}.",
        facts,
    )


def change_clash(on: date, found: tuple[Clash, ...]) -> Rejected:
    """B8: a change of several places does not fit; all of what stands against it, and nothing was changed."""
    zh = "；".join(f"{clash.job_id} {clash.zh}" for clash in found)
    en = "; ".join(f"{clash.job_id}: {clash.en}" for clash in found)
    return Rejected(
        "slot_clash",
        "B8",
        f"{day_zh(on)} 这样排不下：{zh}。一站都没有动，请改排有冲突的单。",
        f"It does not fit on {on}: {en}. Nothing was moved; place what clashes elsewhere.",
        clash_facts(found),
    )


def force_needs_supervisor(found: tuple[Clash, ...]) -> Rejected:
    """B8: only a supervisor lets more onto a half-day than it takes."""
    return Rejected(
        "force_needs_supervisor",
        "B8",
        f"要安装主管写明理由才能硬排：{'；'.join(clash.zh for clash in found)}。请找安装主管，或换一个位置。",
        f"Only the installation supervisor may force this: {'; '.join(clash.en for clash in found)}.",
        clash_facts(found),
    )


def force_impossible(found: tuple[Clash, ...]) -> Rejected:
    """B8: nobody is at two places, whatever the reason."""
    hard = tuple(clash for clash in found if not clash.is_soft)
    return Rejected(
        "force_impossible",
        "B8",
        f"谁也不能硬排：{'；'.join(clash.zh for clash in hard)}。请换班组、时段或日子。",
        f"Nobody can force this: {'; '.join(clash.en for clash in hard)}. Take another crew, time or day.",
        clash_facts(found),
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


def changed_since(jobs: Iterable[str]) -> Rejected:
    """B4: a change is taken back only from where it left things."""
    moved = "、".join(jobs)
    return Rejected(
        "changed_since",
        "B4",
        f"之后又有人动过 {moved}，不能直接撤销或照原样改。请刷新，看清现状后再排。",
        f"{moved} was planned anew since, so this cannot be done as it was. Reload and look at the plan as it is now.",
        {"jobs": moved},
    )


def unknown_change(change_id: str) -> Rejected:
    """B4: no such change, or so long ago that it is not kept for undoing."""
    return Rejected(
        "unknown_change",
        "B4",
        "这一天没有这一步，或已太久不能撤销。请在变更记录里重选。",
        "The day has no such change, or it is too old to be undone. Choose one from the list of changes.",
        {"change_id": change_id},
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


def unknown_crew(crew: str, crews: Iterable[str]) -> Rejected:
    """B8: the day has no such crew."""
    names = "、".join(crews)
    return Rejected(
        "unknown_crew",
        "B8",
        f"当天没有班组 {crew}，只有 {names}。",
        f"The day has no crew {crew}; it has {names}.",
        {"crew": crew},
    )


def crew_busy(found: tuple[Clash, ...]) -> Rejected:
    """B8: with these people or this vehicle, somebody would be at two places."""
    return Rejected(
        "crew_busy",
        "B8",
        f"这样换会有人或车同时在两处：{'；'.join(f'{clash.job_id} {clash.zh}' for clash in found)}。请先改排这些站。",
        f"Somebody would be at two places: {'; '.join(f'{clash.job_id}: {clash.en}' for clash in found)}.",
        clash_facts(found),
    )
