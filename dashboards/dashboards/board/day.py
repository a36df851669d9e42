"""Dispatch board 派工板: joins the rows of jobs, days and contracts when somebody looks. Pure; `now` comes in.

Rules shown: A3 and B1, B2 (what can be scheduled), B4 (draft, published, adjusted), B6 (morning feedback), B8 (crews,
capacity), K4, K8, K9 (what is due or late). Nothing here decides: a drop is a request to the dispatch service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from company.depots import MAIN
from company.policy import Policy
from contracts.civil_time import civil, civil_day
from contracts.dispatch_days import CrewOfDay
from contracts.fact import Half
from dashboards.board.cards import (
    HALF_DAY,
    HOME,
    INSTALL_CALL,
    NO_MONEY,
    CallOwed,
    Incomplete,
    Viewer,
    contract_card,
    placed,
    waiting_card,
)
from dashboards.board.rhythm import bar_day, rhythm
from dashboards.board.rows import BoardDay
from dashboards.board.view import (
    Backlog,
    BoardView,
    Card,
    Cell,
    Lane,
    Light,
    LightState,
    Say,
    Totals,
)
from dispatch.day.state import Held
from dispatch.job.row import WAITING, JobFile
from dispatch.who import CREW

BLOCKED_SHOWN = 40
"""Cards of what cannot be scheduled yet; the rest is counted (a few hundred contracts wait at any time)."""

HALVES: tuple[Half, Half] = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the read models hold besides the day: contracts that wait for goods, and how many more there are."""

    contracts: Sequence[Incomplete]
    more: int = 0


def board_view(
    days: Mapping[date, BoardDay],
    jobs: Iterable[JobFile],
    waiting: Waiting,
    *,
    on: date,
    now: datetime,
    policy: Policy,
    viewer: Viewer,
    depot: str = MAIN,
) -> BoardView:
    """Rows -> what the board shows.

    `days`: rows of `on`, of the rhythm bar's day and of the day after it, where there are any. `jobs`: every job that
    is unscheduled or has a slot on one of these days. `waiting.contracts`: incomplete contracts. A store sees its own
    contracts, a crew its own stops; everybody sees how full the cells are.
    """
    by_id = {job.row.job_id: job for job in jobs}
    day, bar = days.get(on), bar_day(on, now)
    plan_due = civil(on - timedelta(days=1), policy.plan_due)
    lanes = tuple(
        lane_of(crew, day, by_id, on=on, now=now, policy=policy, plan_due=plan_due, viewer=viewer)
        for crew in crews_of(day, policy, depot)
        if viewer.sees_lane(crew.crew, on)
    )
    backlog = _backlog(by_id.values(), waiting, on=on, now=now, viewer=viewer)
    edition = 0 if day is None else day.row.edition
    cards = [card for lane in lanes for cell in lane.cells for card in cell.cards]
    return BoardView(
        depot=depot,
        on=on,
        today=civil_day(now),
        now=now,
        state="published" if edition else "draft",
        overdue=not edition and now > plan_due and bool(cards),
        plan_due=plan_due,
        published_at=None if day is None else day.row.published_at,
        version=edition,
        adjustments=0 if day is None else len(day.adjusted_at),
        totals=_totals(cards, money=viewer.role not in NO_MONEY and viewer.contracts is None),
        lanes=tuple(seen(lane, viewer) for lane in lanes),
        backlog=backlog,
        rhythm_on=bar,
        rhythm=rhythm(
            {each: one.row for each, one in days.items()},
            by_id.values(),
            today=bar,
            now=now,
            policy=policy,
            ready=len(backlog.ready),
        ),
        republish=day is not None and _changed(day, cards),
        open_points=_open_points(lanes, backlog),
        may_write=viewer.plans,
    )


# --- lanes -----------------------------------------------------------------------------------------------------


def crews_of(day: BoardDay | None, policy: Policy, depot: str = MAIN) -> tuple[CrewOfDay, ...]:
    """The day's crews once it was opened, else the depot's that usually work (B8, D17)."""
    if day is not None and day.row.crews:
        return day.row.crews
    return tuple(CrewOfDay.model_validate(crew.model_dump()) for crew in policy.crews if crew.depot == depot)


def lane_of(
    crew: CrewOfDay,
    day: BoardDay | None,
    jobs: Mapping[str, JobFile],
    *,
    on: date,
    now: datetime,
    policy: Policy,
    plan_due: datetime,
    viewer: Viewer,
) -> Lane:
    """One crew's day: its half-days in order, and how its duties stand."""
    there = () if day is None else day.row.held
    slots = [held for held in there if held.slot.crew == crew.crew and _holds(held, now)]
    cells = tuple(_cell(crew, half, slots, jobs, on=on, now=now, viewer=viewer) for half in HALVES)
    cards = [card for cell in cells for card in cell.cards]
    published = day is not None and day.row.edition > 0
    return Lane(
        crew=crew.crew,
        name=crew.name,
        kind=crew.kind,
        leader_name=crew.leader_name,
        members=crew.members,
        vehicle=crew.vehicle,
        depot=crew.depot,
        absent=_absent(crew, day),
        lights=_lights(crew, cards, jobs, on=on, now=now, policy=policy, plan_due=plan_due, published=published),
        cells=(cells[0], cells[1]),
    )


def _absent(crew: CrewOfDay, day: BoardDay | None) -> str | None:
    absences = () if day is None else day.row.absences
    return next((absence.reason for absence in absences if absence.crew == crew.crew), None)


def _holds(held: Held, now: datetime) -> bool:
    """A reservation that its job never took lapses (B8)."""
    return held.confirmed or held.expires_at > now


def _cell(
    crew: CrewOfDay,
    half: Half,
    slots: Sequence[Held],
    jobs: Mapping[str, JobFile],
    *,
    on: date,
    now: datetime,
    viewer: Viewer,
) -> Cell:
    mine = sorted(
        (held for held in slots if held.slot.half == half), key=lambda held: (held.slot.position, held.slot.job_id)
    )
    cards = tuple(placed(jobs.get(held.slot.job_id), held, crew, on=on, now=now, viewer=viewer) for held in mine)
    return Cell(
        half=half,
        stops=len(mine),
        stops_max=crew.stops_per_half,
        volume_l=sum(held.slot.volume_l for held in mine),
        volume_max_l=crew.volume_l_per_half,
        cards=cards,
    )


def _lights(
    crew: CrewOfDay,
    cards: Sequence[Card],
    jobs: Mapping[str, JobFile],
    *,
    on: date,
    now: datetime,
    policy: Policy,
    plan_due: datetime,
    published: bool,
) -> tuple[Light, ...]:
    over = plan_due < now
    planning = civil_day(now) >= on - timedelta(days=1)
    leader: LightState = "met" if crew.leader else ("late" if over and cards else "due")
    plan: LightState = "met" if published else "late" if over and cards else "due" if planning and cards else ""
    ended = sum(card.status in {"done", "fail"} for card in cards)
    end = Light(code="light.done", state="met" if cards and ended == len(cards) else "", done=ended, of=len(cards))
    head = (Light(code=f"light.leader.{crew.kind}", state=leader), Light(code="light.plan", state=plan))
    if crew.kind == "installation":
        return (
            *head,
            _called("light.install_call", INSTALL_CALL, cards=cards, jobs=jobs, now=now),
            end,
        )
    if crew.kind != "delivery":
        return (*head, end)
    told = sum(card.job_id in jobs and jobs[card.job_id].warehouse is not None for card in cards)
    left = sum(card.status in {"way", "site", "done", "fail"} for card in cards)
    due = civil(on, policy.feedback_due)
    feedback: LightState = _counted(told, cards, late=published and now > due, due=civil_day(now) == on)
    away: LightState = _counted(left, cards, late=False, due=False)
    return (
        *head,
        _called("light.home", HOME, cards=cards, jobs=jobs, now=now),
        _called("light.half_day", HALF_DAY, cards=cards, jobs=jobs, now=now),
        Light(code="light.feedback", state=feedback, done=told, of=len(cards)),
        Light(code="light.away", state=away, done=left, of=len(cards)),
        end,
    )


def _called(code: str, owed: CallOwed, *, cards: Sequence[Card], jobs: Mapping[str, JobFile], now: datetime) -> Light:
    """Calls made of those that the lane's customers are owed (K3, K5, K10)."""
    known = [jobs[card.job_id] for card in cards if card.job_id in jobs]
    reached = sum(job.reached(owed.kind) for job in known)
    dues = [due for job in known if (due := owed.due(job)) is not None]
    near = bool(dues) and civil_day(min(dues)) == civil_day(now)
    state = _counted(reached, cards, late=any(moment < now for moment in dues), due=near)
    return Light(code=code, state=state, done=reached, of=len(cards))


def _counted(done: int, cards: Sequence[Card], *, late: bool, due: bool) -> LightState:
    if not cards:
        return ""
    if done == len(cards):
        return "met"
    return "late" if late else "due" if due else ""


# --- backlog -----------------------------------------------------------------------------------------------------


def _backlog(jobs: Iterable[JobFile], waiting: Waiting, *, on: date, now: datetime, viewer: Viewer) -> Backlog:
    if viewer.role in CREW:
        return Backlog(ready=(), later=(), blocked=(), blocked_more=0)
    known = list(jobs)
    cards = [waiting_card(job, on=on, now=now, viewer=viewer) for job in known if job.row.board == WAITING]
    cards = sorted((card for card in cards if viewer.sees(card.contract_no)), key=_urgency)
    free = [card for card in cards if not card.lacks]
    with_job = {job.row.contract_no for job in known if job.row.kind == "delivery"}
    unmet = [
        contract_card(contract, viewer, on=on)
        for contract in waiting.contracts
        if viewer.sees(contract.row.contract_no) and contract.row.contract_no not in with_job
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


# --- who sees what, and the day in one line --------------------------------------------------------------------


def seen(lane: Lane, viewer: Viewer) -> Lane:
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


def _changed(day: BoardDay, cards: Sequence[Card]) -> bool:
    """Whether the plan differs from what was published last (B4: adjustments)."""
    told = day.row.published_at
    if told is None:
        return False
    return any(at > told for at in day.adjusted_at) or any(card.status == "plan" for card in cards)


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
