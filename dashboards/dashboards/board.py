"""Dispatch board 派工板: joins the rows of jobs, days and contracts when somebody looks. Pure; `now` comes in.

Rules shown: A3 and B1, B2 (what can be scheduled), B4 (draft, published, adjusted), B6 (morning feedback), B8 (crews,
capacity), K4, K8, K9 (what is due or late). Nothing here decides: a drop is a request to the dispatch service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from contracts.fact import Half
from contracts.policy import Policy, civil, civil_day
from dashboards.board_rhythm import bar_day, rhythm
from dashboards.board_rows import Json
from dashboards.board_view import (
    Backlog,
    BoardView,
    Card,
    Cell,
    Lane,
    Light,
    LightState,
    Place,
    Risk,
    Say,
    Span,
    Status,
    Totals,
)

WRITERS = frozenset({"install_assistant", "install_supervisor"})
"""Who plans (B4)."""
ROAD = frozenset({"crew_leader", "crew", "technician"})
"""Who sees the own crew's stops only (RULES §1)."""
NO_MONEY = frozenset({"warehouse", "qc", "crew", "technician"})
"""Who is not shown what a customer still owes."""

WARN_DAYS = 2
"""A promise that close before the board's day is marked: one planning day is left to keep it."""
WARN_BEFORE_END = timedelta(minutes=30)
"""A stop on the road is marked when its promised window ends that soon."""
BLOCKED_SHOWN = 40
"""Cards of what cannot be scheduled yet; the rest is counted (a few hundred contracts wait at any time)."""

HALVES: tuple[Half, Half] = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: role id, the crew of a person on the road, and for a store the numbers of its own contracts."""

    role: str
    crew: str | None = None
    contracts: frozenset[str] | None = None
    """None: may see every contract."""

    def sees(self, contract_no: str) -> bool:
        """Whether this person may see the cards of a contract."""
        return self.contracts is None or contract_no in self.contracts


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the read models hold besides the day: contracts that wait for goods, and how many more there are."""

    contracts: Sequence[Json]
    more: int = 0


def board_view(
    days: Mapping[date, Json],
    jobs: Iterable[Json],
    waiting: Waiting,
    *,
    on: date,
    now: datetime,
    policy: Policy,
    viewer: Viewer,
    depot: str = "main",
) -> BoardView:
    """Rows -> what the board shows.

    `days`: rows of `on`, of the rhythm bar's day and of the day after it, where there are any. `jobs`: every job that
    is unscheduled or has a slot on one of these days. `waiting.contracts`: incomplete contracts. A store sees its own
    contracts, a crew its own stops; everybody sees how full the cells are.
    """
    by_id = {job["job_id"]: job for job in jobs}
    day, bar = days.get(on), bar_day(on, now)
    plan_due = civil(on - timedelta(days=1), policy.plan_due)
    lanes = tuple(
        _lane(crew, day, by_id, on=on, now=now, policy=policy, plan_due=plan_due, viewer=viewer)
        for crew in _crews(day, policy)
        if viewer.role not in ROAD or crew["crew"] == viewer.crew
    )
    backlog = _backlog(by_id.values(), waiting, on=on, now=now, viewer=viewer)
    published = None if day is None else day["published"]
    cards = [card for lane in lanes for cell in lane.cells for card in cell.cards]
    return BoardView(
        depot=depot,
        on=on,
        today=civil_day(now),
        now=now,
        state="draft" if published is None else "published",
        overdue=published is None and now > plan_due and bool(cards),
        plan_due=plan_due,
        published_at=None if published is None else datetime.fromisoformat(published["at"]),
        version=0 if published is None else published["version"],
        adjustments=0 if day is None else len(day["adjustments"]),
        totals=_totals(cards, money=viewer.role not in NO_MONEY and viewer.contracts is None),
        lanes=tuple(_seen(lane, viewer) for lane in lanes),
        backlog=backlog,
        rhythm_on=bar,
        rhythm=rhythm(days, by_id.values(), today=bar, now=now, policy=policy, ready=len(backlog.ready)),
        republish=published is not None and _changed(day, published, cards),
        open_points=_open_points(lanes, backlog),
        may_write=viewer.role in WRITERS,
    )


# --- lanes -----------------------------------------------------------------------------------------------------


def _crews(day: Json | None, policy: Policy) -> list[Json]:
    """The day's crews once it was opened, else those that usually work (B8)."""
    if day is not None and day["crews"]:
        return list(day["crews"])
    return [crew.model_dump(mode="json") for crew in policy.crews]


def _lane(
    crew: Json,
    day: Json | None,
    jobs: Mapping[str, Json],
    *,
    on: date,
    now: datetime,
    policy: Policy,
    plan_due: datetime,
    viewer: Viewer,
) -> Lane:
    slots = [
        slot for slot in ([] if day is None else day["slots"]) if slot["crew"] == crew["crew"] and _holds(slot, now)
    ]
    cells = tuple(_cell(crew, half, slots, jobs, on=on, now=now, viewer=viewer) for half in HALVES)
    cards = [card for cell in cells for card in cell.cards]
    published = day is not None and day["published"] is not None
    return Lane(
        crew=crew["crew"],
        name=crew["name"],
        kind=crew["kind"],
        leader_name=crew["leader_name"],
        members=tuple(crew["members"]),
        vehicle=crew["vehicle"],
        lights=_lights(crew, cards, jobs, on=on, now=now, policy=policy, plan_due=plan_due, published=published),
        cells=(cells[0], cells[1]),
    )


def _holds(slot: Json, now: datetime) -> bool:
    """A reservation that its job never took lapses (B8)."""
    return bool(slot["confirmed"]) or datetime.fromisoformat(slot["expires_at"]) > now


def _cell(
    crew: Json, half: Half, slots: Sequence[Json], jobs: Mapping[str, Json], *, on: date, now: datetime, viewer: Viewer
) -> Cell:
    mine = sorted((slot for slot in slots if slot["half"] == half), key=lambda slot: (slot["position"], slot["job_id"]))
    cards = tuple(_placed(jobs.get(slot["job_id"]), slot, crew, on=on, now=now, viewer=viewer) for slot in mine)
    return Cell(
        half=half,
        stops=len(mine),
        stops_max=crew["stops_per_half"],
        volume_l=sum(slot["volume_l"] for slot in mine),
        volume_max_l=crew["volume_l_per_half"],
        cards=cards,
    )


def _placed(job: Json | None, slot: Json, crew: Json, *, on: date, now: datetime, viewer: Viewer) -> Card:
    """A card in its slot. The job's row may be a moment behind the day's: then the slot says what is known.

    A job that failed here and was booked anew has left for good, but this day keeps showing what came of it.
    """
    known = _unknown(slot) if job is None else job
    here = known["on"] == on.isoformat()
    failure = next((one for one in known["failures"] if one["on"] == on.isoformat()), None)
    status: Status = known["progress"] if here else "plan" if failure is None else "fail"
    ended = known["ended"] if here else failure
    window = Span(starts=slot["window"]["starts"], ends=slot["window"]["ends"])
    card = _card(known, viewer, status=status)
    return card.model_copy(
        update={
            "seq": slot["position"],
            "window": window,
            "vehicle": crew["vehicle"],
            "place": Place(on=on, crew=slot["crew"], half=slot["half"], position=slot["position"]),
            "risk": placed_risk({**known, "ended": ended}, status, window, on=on, now=now),
            "held": not slot["confirmed"],
            "movable": viewer.role in WRITERS and status in {"plan", "pub"},
        }
    )


def _unknown(slot: Json) -> Json:
    return {
        "job_id": slot["job_id"],
        "contract_no": "",
        "kind": slot["kind"],
        "rev": 0,
        "customer": {"name": "…", "phone": "", "address": "", "district": ""},
        "goods": [],
        "summary": "",
        "volume_l": slot["volume_l"],
        "amount_due_fen": 0,
        "promised_on": None,
        "complete_on": None,
        "due_at": None,
        "overdue": False,
        "booked": None,
        "not_ready": None,
        "warehouse": None,
        "ended": None,
        "failures": [],
        "on": None,
        "stage": "placed",
        "progress": "plan",
    }


def _card(job: Json, viewer: Viewer, *, status: Status) -> Card:
    booked = job["booked"] or {"on": None, "half": None}
    delivery = job["kind"] == "delivery"
    money = viewer.role not in NO_MONEY and delivery
    return Card(
        job_id=job["job_id"],
        contract_no=job["contract_no"],
        kind=job["kind"],
        status=status,
        rev=job["rev"],
        name=job["customer"]["name"],
        district=job["customer"]["district"],
        address=job["customer"]["address"],
        phone=job["customer"]["phone"],
        lines=len(job["goods"]),
        goods="" if delivery else (job["summary"] or _goods(job)),
        volume_l=job["volume_l"],
        amount_due_fen=job["amount_due_fen"] if money else None,
        promised_on=job["promised_on"] and date.fromisoformat(job["promised_on"]),
        wanted_on=wanted_on(job),
        wanted_half=booked["half"],
    )


def _goods(job: Json) -> str:
    return "、".join(f"{line['name']} {line['quantity']}" for line in job["goods"][:2])


def placed_risk(job: Json, status: Status, window: Span, *, on: date, now: datetime) -> Risk | None:
    """The first thing that is wrong with a card in a slot: failed, past its time (K8, K9), short of goods (B6)."""
    if status == "fail":
        return Risk(level="late", say=Say(code="risk.failed", facts={"cause": job["ended"]["note"]}))
    if status == "done":
        return None
    due = job["due_at"] and datetime.fromisoformat(job["due_at"])
    if job["kind"] == "installation" and due and (job["overdue"] or now > due):
        return Risk(level="late", say=Say(code="risk.install_overdue"))
    if now > window.ends and job["kind"] == "delivery":
        return Risk(level="late", say=Say(code="risk.window_over", facts=_minutes(now - window.ends)))
    told = job["warehouse"]
    if told is not None and not told["ready"]:
        return Risk(level="warn", say=Say(code="risk.short", facts={"note": told["note"]}))
    if job["complete_on"] is None and job["kind"] == "delivery" and job["contract_no"]:
        return Risk(level="warn", say=Say(code="risk.incomplete"))
    if status == "way" and window.ends - now < WARN_BEFORE_END:
        return Risk(level="warn", say=Say(code="risk.window_ends", facts=_minutes(window.ends - now)))
    if job["kind"] == "installation" and due and window.ends > due:
        return Risk(level="warn", say=Say(code="risk.install_late"))
    promised = job["promised_on"] and date.fromisoformat(job["promised_on"])
    if promised and job["kind"] == "delivery" and on > promised:
        return Risk(level="warn", say=Say(code="risk.after_promise", facts={"days": (on - promised).days}))
    return None


def _minutes(span: timedelta) -> dict[str, str | int]:
    return {"minutes": int(span.total_seconds() // 60)}


def _lights(
    crew: Json,
    cards: Sequence[Card],
    jobs: Mapping[str, Json],
    *,
    on: date,
    now: datetime,
    policy: Policy,
    plan_due: datetime,
    published: bool,
) -> tuple[Light, ...]:
    over = plan_due < now
    planning = civil_day(now) >= on - timedelta(days=1)
    leader: LightState = "met" if crew["leader"] else ("late" if over and cards else "due")
    plan: LightState = "met" if published else "late" if over and cards else "due" if planning and cards else ""
    ended = sum(card.status in {"done", "fail"} for card in cards)
    end = Light(code="light.done", state="met" if cards and ended == len(cards) else "", done=ended, of=len(cards))
    head = (Light(code=f"light.leader.{crew['kind']}", state=leader), Light(code="light.plan", state=plan))
    if crew["kind"] != "delivery":
        return (*head, end)
    told = sum(bool(jobs.get(card.job_id, {}).get("warehouse")) for card in cards)
    left = sum(card.status in {"way", "done", "fail"} for card in cards)
    due = civil(on, policy.feedback_due)
    feedback: LightState = _counted(told, cards, late=published and now > due, due=civil_day(now) == on)
    away: LightState = _counted(left, cards, late=False, due=False)
    return (
        *head,
        Light(code="light.feedback", state=feedback, done=told, of=len(cards)),
        Light(code="light.away", state=away, done=left, of=len(cards)),
        end,
    )


def _counted(done: int, cards: Sequence[Card], *, late: bool, due: bool) -> LightState:
    if not cards:
        return ""
    if done == len(cards):
        return "met"
    return "late" if late else "due" if due else ""


# --- backlog -----------------------------------------------------------------------------------------------------


def wanted_on(job: Json) -> date | None:
    """The day agreed with the customer, else the day by which it is owed (B10)."""
    if job["booked"] is not None:
        return date.fromisoformat(job["booked"]["on"])
    return civil_day(datetime.fromisoformat(job["due_at"])) if job["due_at"] else None


def lacks(job: Json) -> tuple[Say, ...]:
    """What stands between a job and a slot: goods (A3; a supervisor may override), a ready site (B2), a booking (B1)."""
    found = []
    partial = job["booked"] is not None and job["booked"]["override"]
    if job["kind"] == "delivery" and job["complete_on"] is None and not partial:
        found.append(Say(code="lack.goods"))
    if job["not_ready"] is not None:
        found.extend(Say(code=f"lack.site.{item}") for item in job["not_ready"]["missing"])
        found.append(Say(code="lack.call_back", facts={"on": job["not_ready"]["call_back_on"]}))
    elif job["kind"] == "delivery" and job["booked"] is None:
        found.append(Say(code="lack.booking"))
    return tuple(found)


def _backlog(jobs: Iterable[Json], waiting: Waiting, *, on: date, now: datetime, viewer: Viewer) -> Backlog:
    if viewer.role in ROAD:
        return Backlog(ready=(), later=(), blocked=(), blocked_more=0)
    known = list(jobs)
    cards = [_waiting_card(job, on=on, now=now, viewer=viewer) for job in known if job["stage"] == "waiting"]
    cards = sorted((card for card in cards if viewer.sees(card.contract_no)), key=_urgency)
    free = [card for card in cards if not card.lacks]
    with_job = {job["contract_no"] for job in known if job["kind"] == "delivery"}
    unmet = [
        _contract_card(contract, viewer, on=on, now=now)
        for contract in waiting.contracts
        if viewer.sees(contract["contract_no"]) and contract["contract_no"] not in with_job
    ]
    blocked = sorted([*(card for card in cards if card.lacks), *unmet], key=_urgency)
    return Backlog(
        ready=tuple(card for card in free if card.wanted_on is None or card.wanted_on <= on),
        later=tuple(card for card in free if card.wanted_on is not None and card.wanted_on > on),
        blocked=tuple(blocked[:BLOCKED_SHOWN]),
        blocked_more=max(0, len(blocked) - BLOCKED_SHOWN) + waiting.more,
    )


def _urgency(card: Card) -> tuple[date, str]:
    return (card.promised_on or card.wanted_on or date.max, card.job_id)


def _waiting_card(job: Json, *, on: date, now: datetime, viewer: Viewer) -> Card:
    missing = lacks(job)
    card = _card(job, viewer, status="wait")
    return card.model_copy(
        update={
            "lacks": missing,
            "risk": waiting_risk(job, on=on, now=now),
            "movable": viewer.role in WRITERS and not missing,
        }
    )


def waiting_risk(job: Json, *, on: date, now: datetime) -> Risk | None:
    """Amber while the promise is near, red once it has passed; for an installation its two days (K9)."""
    if job["kind"] == "installation" and job["due_at"]:
        late = job["overdue"] or now > datetime.fromisoformat(job["due_at"])
        return Risk(level="late", say=Say(code="risk.install_overdue")) if late else None
    if job["kind"] != "delivery" or job["promised_on"] is None:
        return None
    left = (date.fromisoformat(job["promised_on"]) - on).days
    if left < 0:
        return Risk(level="late", say=Say(code="risk.promise_over", facts={"days": -left}))
    return Risk(level="warn", say=Say(code="risk.promise_near", facts={"days": left})) if left <= WARN_DAYS else None


def _contract_card(contract: Json, viewer: Viewer, *, on: date, now: datetime) -> Card:
    lines = contract["lines"]
    here = sum(line["here"] >= line["quantity"] for line in lines)
    awaited = [line for line in lines if line["here"] < line["quantity"]]
    etas = [line["eta"] for line in awaited if line["eta"]]
    late = any(line["delayed"] for line in awaited)
    goods = Say(code="lack.lines_delayed" if late else "lack.lines", facts={"here": here, "of": len(lines)})
    eta = (Say(code="lack.eta", facts={"on": max(etas)}),) if etas else ()
    job: dict[str, Any] = {
        **_unknown({"job_id": f"D-{contract['contract_no']}", "kind": "delivery", "volume_l": 0}),
        "contract_no": contract["contract_no"],
        "customer": contract["customer"],
        "goods": awaited,
        "promised_on": contract["promised_on"],
    }
    card = _card(job, viewer, status="wait")
    return card.model_copy(
        update={"rev": contract["rev"], "lacks": (goods, *eta), "risk": waiting_risk(job, on=on, now=now)}
    )


# --- who sees what, and the day in one line --------------------------------------------------------------------


def _seen(lane: Lane, viewer: Viewer) -> Lane:
    """The lane without cards that are not this viewer's; how full its cells are stays."""
    if viewer.contracts is None:
        return lane
    am, pm = (
        cell.model_copy(update={"cards": tuple(card for card in cell.cards if viewer.sees(card.contract_no))})
        for cell in lane.cells
    )
    return lane.model_copy(update={"cells": (am, pm)})


def _totals(cards: Sequence[Card], *, money: bool) -> Totals:
    deliveries = sum(card.kind == "delivery" for card in cards)
    done = sum(card.status == "done" for card in cards)
    failed = sum(card.status == "fail" for card in cards)
    amount = sum(card.amount_due_fen or 0 for card in cards)
    return Totals(
        deliveries=deliveries,
        visits=len(cards) - deliveries,
        amount_fen=amount if money else None,
        done=done,
        busy=len(cards) - done - failed,
        failed=failed,
    )


def _changed(day: Json | None, published: Json, cards: Sequence[Card]) -> bool:
    """Whether the plan differs from what was published last (B4: adjustments)."""
    told = datetime.fromisoformat(published["at"])
    adjusted = any(datetime.fromisoformat(one["at"]) > told for one in ([] if day is None else day["adjustments"]))
    return adjusted or any(card.status == "plan" for card in cards)


def _open_points(lanes: Sequence[Lane], backlog: Backlog) -> tuple[Say, ...]:
    """What somebody who publishes should know first: a crew without leader (B8), jobs left over, places not taken."""
    found = []
    for lane in lanes:
        cards = [card for cell in lane.cells for card in cell.cards]
        if cards and lane.leader_name is None:
            found.append(Say(code="open.no_leader", facts={"crew": lane.name}))
        held = sum(card.held for card in cards)
        if held:
            found.append(Say(code="open.held", facts={"crew": lane.name, "n": held}))
    if backlog.ready:
        found.append(Say(code="open.ready_left", facts={"n": len(backlog.ready)}))
    return tuple(found)
