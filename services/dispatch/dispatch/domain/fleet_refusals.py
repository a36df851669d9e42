"""Every "no" about people and means, in words for people: what is wrong, and what to do."""

from collections.abc import Iterable
from datetime import date

from dispatch.domain.words import day_zh
from runtime.decision import Rejected


def no_begin(crew: str) -> Rejected:
    """B8: a change holds from a day on."""
    return Rejected(
        "begin_missing",
        "B8",
        f"{crew}：请写明从哪一天起（只变几天的，写到哪一天止；止日不早于起日）。",
        f"{crew}: say from which day on; for some days only, until which day, not before the first.",
        {"crew": crew},
    )


def named_twice(person_id: str, crew: str) -> Rejected:
    """B8: somebody leads or comes along, and is named once."""
    return Rejected(
        "named_twice",
        "B8",
        f"{crew} 里 {person_id} 写了两次。领队不必再写进组员。",
        f"{person_id} is named twice in {crew}. A leader is not among the members too.",
        {"person_id": person_id, "crew": crew},
    )


def unknown_person(person_id: str) -> Rejected:
    """B8: only people on file work in crews."""
    return Rejected(
        "unknown_person",
        "B8",
        f"没有人员 {person_id}。请先登记人员（姓名、驾驶证）。",
        f"There is no {person_id} on file. Enter the person first (name, licence).",
        {"person_id": person_id},
    )


def unknown_vehicle(vehicle: str) -> Rejected:
    """B8: only vehicles on file."""
    return Rejected(
        "unknown_vehicle",
        "B8",
        f"没有车辆 {vehicle}。请先登记车辆和载量。",
        f"There is no vehicle {vehicle} on file. Enter it with its capacity first.",
        {"vehicle": vehicle},
    )


def unknown_crew(crew: str, on: date) -> Rejected:
    """B8: the crew does not work that day."""
    return Rejected(
        "unknown_crew",
        "B8",
        f"{day_zh(on)} 没有班组 {crew}。请核对班组和日期。",
        f"There is no crew {crew} on {on}. Check crew and day.",
        {"crew": crew, "on": on.isoformat()},
    )


def unknown_leave(leave_id: str) -> Rejected:
    """No such leave."""
    return Rejected(
        "unknown_leave",
        "",
        f"没有请假记录 {leave_id}，请刷新后再看。",
        f"There is no leave {leave_id}; reload and look again.",
        {"leave_id": leave_id},
    )


def leave_backwards(starts_on: date, ends_on: date) -> Rejected:
    """A leave that ends before it begins."""
    return Rejected(
        "leave_backwards",
        "",
        f"请假止日 {day_zh(ends_on)} 早于起日 {day_zh(starts_on)}，请改。",
        f"The leave ends on {ends_on}, before it begins on {starts_on}; correct it.",
        {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()},
    )


def leave_differs(leave_id: str) -> Rejected:
    """One number, two leaves."""
    return Rejected(
        "leave_differs",
        "",
        f"请假记录 {leave_id} 已有，内容不同。请先销假，再另记。",
        f"Leave {leave_id} exists with other content. Cancel it and note another.",
        {"leave_id": leave_id},
    )


def in_two_crews(what: str, crews: Iterable[str], on: date) -> Rejected:
    """B8: one person, one vehicle, one place."""
    named = tuple(crews)
    return Rejected(
        "in_two_crews",
        "B8",
        f"{what} 在 {day_zh(on)} 会同时属于 {'、'.join(named)}。一人一车只能在一个班组；要对调请一次一起改。",
        f"{what} would be in {' and '.join(named)} on {on}. One crew each; to swap, change both in one go.",
        {"what": what, "crews": ",".join(named), "on": on.isoformat()},
    )


def not_in_crew(person_id: str, crew: str) -> Rejected:
    """B18: the driver belongs to the crew."""
    return Rejected(
        "not_in_crew",
        "B18",
        f"{person_id} 当天不在 {crew}（或请假），不能驾车出车。请换驾驶员，或先改当天班组。",
        f"{person_id} is not at work in {crew} that day. Name another driver, or change the crew of the day first.",
        {"person_id": person_id, "crew": crew},
    )


def no_leader(crew: str, on: date) -> Rejected:
    """B8: nobody answers for the crew."""
    return Rejected(
        "no_leader",
        "B8",
        f"{crew} 在 {day_zh(on)} 没有领队（未定或请假），不能出车。请安装主管为当天另定领队。",
        f"{crew} has no leader on {on} (none named, or on leave) and cannot depart. The supervisor names one.",
        {"crew": crew, "on": on.isoformat()},
    )


def no_driver(crew: str, on: date) -> Rejected:
    """B18: nobody in the crew may drive."""
    return Rejected(
        "no_driver",
        "B18",
        f"{crew} 在 {day_zh(on)} 没有持有效驾驶证的人，不能出车。请更新驾驶证资料，或换驾驶员。",
        f"Nobody in {crew} has a valid licence on {on}. Update the licence on file, or change the crew.",
        {"crew": crew, "on": on.isoformat()},
    )


def licence_expired(person_id: str, valid_until: date | None, on: date) -> Rejected:
    """B18: drivers need a valid licence."""
    zh = "没有登记驾驶证" if valid_until is None else f"的驾驶证 {valid_until} 到期"
    en = "has no licence on file" if valid_until is None else f"has a licence that was valid until {valid_until}"
    return Rejected(
        "licence_expired",
        "B18",
        f"{person_id} {zh}，{day_zh(on)} 不能驾车出车。请换驾驶员，或更新驾驶证资料。",
        f"{person_id} {en}; he cannot drive on {on}. Name another driver, or update the licence.",
        {
            "person_id": person_id,
            "valid_until": None if valid_until is None else valid_until.isoformat(),
            "on": on.isoformat(),
        },
    )


def elsewhere(what: str, crew: str, on: date) -> Rejected:
    """B8: one place at a time."""
    return Rejected(
        "elsewhere",
        "B8",
        f"{what} 在 {day_zh(on)} 已随 {crew} 出车，不能同时在两处。请换车或换人，或等 {crew} 收车。",
        f"{what} is out with {crew} on {on} and cannot be in two places. Change it, or wait until {crew} is back.",
        {"what": what, "crew": crew, "on": on.isoformat()},
    )


def approval_needed(why: Iterable[tuple[str, str]], crew: str) -> Rejected:
    """B18: outside working hours or area."""
    reasons = tuple(why)
    return Rejected(
        "approval_needed",
        "B18",
        f"{crew} 出车须先批准：{'；'.join(zh for zh, _ in reasons)}。请安装主管批准并写明理由。",
        f"{crew} needs approval: {'; '.join(en for _, en in reasons)}. The supervisor approves with a reason.",
        {"crew": crew, "why": "; ".join(en for _, en in reasons)},
    )


def changed_meanwhile(crew: str) -> Rejected:
    """The page showed another leader or vehicle than the crew has now."""
    return Rejected(
        "crew_changed",
        "B8",
        f"{crew} 的领队、驾驶员或车辆刚有变动。请刷新后再出车。",
        f"Leader, driver or vehicle of {crew} have just changed. Reload and depart again.",
        {"crew": crew},
    )
