"""Giving slots by their flow, over the real rules of day and job: whatever is lost, late, doubled or cut off (B8)."""

import random
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from dispatch_cases import DAY, READY
from hypothesis import given, settings
from hypothesis import strategies as st
from slot_world import (
    DAYS,
    HOLD,
    Back,
    Change,
    CutOff,
    Give,
    Line,
    Undo,
    Wish,
    Workers,
    a_round,
    drive_off,
    first_of,
    happens,
    held_on,
    places,
    react,
    slots,
)

from contracts.dispatch_days import PlanChanged, SlotConfirmed, SlotReleased, SlotReserved
from contracts.dispatch_jobs import SlotDeclined, StopUnscheduled
from contracts.envelope import Meta
from dispatch.day.change import Spot
from dispatch.day.slot import EXPIRED, GONE
from dispatch.job.booking import BookInstallation
from dispatch.job.terms import ChangeCompleteness
from dispatch.slot_flow import SLOTS, against
from runtime.commands import Asked
from runtime.decision import Rejected
from runtime.flow import Way, walk

FIRST = Give("D-1", DAY, "S1", "am")


async def api(line: Line, wish: Wish, number: str) -> Way:
    """What the HTTP process does with a request."""
    (first,) = await line.put_all([first_of(wish, number)])
    return await walk(SLOTS, line.put_all, first)


def answer(way: Way) -> Rejected | str:
    """What whoever asked is told."""
    if way.first.rejected is not None:
        return way.first.rejected
    no = against(way)
    if no is not None:
        return no
    if way.stuck is not None or not way.made:  # the day had nothing to change: the job's row says whether it is there
        return "later"
    return "yes"


def finish(task: Coroutine[Any, Any, Any]) -> Any:
    """Run one alone to its end."""
    try:
        while True:
            task.send(None)
    except StopIteration as done:
        return done.value


def walked(workers: Workers, wish: Wish, number: str = "r/0", **more: Any) -> tuple[Way, Line]:
    """The API alone."""
    line = Line(workers, [], **more)
    return finish(api(line, wish, number)), line


def catch_up(workers: Workers, place: list[int], mail: list[Asked]) -> None:
    """Nothing goes wrong any more: what is late arrives, the reactor does what is left."""
    while mail:
        workers.decide(mail.pop(0))
    finish(react(workers, Line(workers, []), place))


def heal(workers: Workers, place: list[int], mail: list[Asked]) -> None:
    """And reservations run out."""
    catch_up(workers, place, mail)
    for _ in range(4):
        workers.fire(workers.now + HOLD)
        catch_up(workers, place, mail)


# --- nothing goes wrong --------------------------------------------------------------------------------------------


def test_the_api_alone_gives_the_slot_in_three_round_trips_in_the_name_of_who_asked() -> None:
    """B8, X1: day, job, day; and the reactor has nothing to decide after it."""
    workers = a_round()
    opened = len(workers.stream)
    way, line = walked(workers, FIRST)
    told = (answer(way), line.trips, list(slots(workers)), slots(workers))
    assert told == ("yes", 3, ["D-1"], places(workers))
    assert {meta.actor for meta, _ in workers.stream[opened:]} == {"he.jx"}
    before = workers.decided
    catch_up(workers, [0], [])
    assert (workers.decided, place_of(workers, "D-1")) == (before, (DAY, "S1", "am"))


def test_the_reactor_alone_gives_it_too_in_the_same_name() -> None:
    """B8, X1: whoever asked was cut off right after his first command."""
    alone, both = a_round(), a_round()
    alone.decide(first_of(FIRST, "r/0"))
    catch_up(alone, [0], [])
    walked(both, FIRST)
    assert alone.stream == both.stream


def place_of(workers: Workers, job: str) -> Any:
    """Day, crew and half of a job."""
    return slots(workers)[job][:3]


def test_another_day_costs_no_further_round_trip_and_several_jobs_none_either() -> None:
    """B8: the place that was left is freed while the new one is confirmed."""
    workers = a_round()
    walked(workers, Give("I-1", DAY, "A1", "am"))
    way, line = walked(workers, Give("I-1", DAYS[1], "A1", "pm"), "r/1")
    assert (answer(way), line.trips, place_of(workers, "I-1")) == ("yes", 3, (DAYS[1], "A1", "pm"))
    three = Change((("D-1", Spot(crew="S1", half="am")), ("D-2", Spot(crew="S2", half="pm"))))
    way, line = walked(workers, three, "r/2")
    assert (answer(way), line.trips, slots(workers)) == ("yes", 3, places(workers))
    way, line = walked(workers, Back("D-1"), "r/3")
    assert (answer(way), line.trips, slots(workers)) == ("yes", 2, places(workers))


def test_a_reactor_that_is_behind_does_not_bring_back_the_place_before() -> None:
    """B8: put on one day, then on another and back, and only then the reactor comes."""
    workers = a_round()
    for number, on in enumerate((*DAYS, DAYS[0], DAYS[1])):
        assert answer(walked(workers, Give("I-1", on, "A1", "am"), f"r/{number}")[0]) == "yes"
    before = (places(workers), len(workers.stream))
    catch_up(workers, [0], [])
    assert (places(workers), len(workers.stream)) == before
    assert (before[0]["I-1"][0], slots(workers)) == (DAYS[1], places(workers))


def test_a_no_of_the_job_is_a_fact_and_puts_the_day_back() -> None:
    """A3, B8: the planner is told just that; nothing is held, and nobody will ever decide it anew."""
    workers = a_round()
    workers.tell("job:D-1", ChangeCompleteness(complete_on=None, reason="破损"))
    way, line = walked(workers, FIRST)
    said = answer(way)
    assert isinstance(said, Rejected)
    assert (said.code, said.rule, said.facts["contract_no"], line.trips) == ("not_complete", "A3", "1", 3)
    assert (slots(workers), places(workers)) == ({}, {})
    workers.tell("job:D-1", ChangeCompleteness(complete_on=DAY, reason="补齐"))
    workers.remembered.clear()
    again, _ = walked(workers, FIRST)
    heal(workers, [0], [])
    assert (answer(again), slots(workers), places(workers)) == (said, {}, {})


def test_a_page_that_is_out_of_date_plans_nothing_whoever_drives() -> None:
    """B8: the job's version on the page goes with the slot."""
    for cut in (1, 10):
        workers = a_round()
        stale = Give("D-1", DAY, "S1", "am", seen=1)
        with suppress(CutOff):
            said = answer(walked(workers, stale, left=cut)[0])
            assert isinstance(said, Rejected)
            assert said.code == "stale_page"
        catch_up(workers, [0], [])
        assert (slots(workers), places(workers)) == ({}, {})


def test_one_that_drove_off_meanwhile_keeps_its_place_and_so_does_everybody_else() -> None:
    """B8, B11: a swap of D-1 and D-2, or both out of the plan, and D-2 has left."""
    for wish in (Change((("D-1", "D-2"), ("D-2", "D-1"))), Change((("D-1", None), ("D-2", None)))):
        workers = a_round()
        for number, (job, crew) in enumerate((("D-1", "S1"), ("D-2", "S2"))):
            walked(workers, Give(job, DAY, crew, "am"), f"r/{number}")
        before = places(workers)["D-1"]
        drive_off(workers, "D-2")
        said = answer(walked(workers, wish, "r/2")[0])
        catch_up(workers, [0], [])
        held = {one.slot.job_id: (one.slot.crew, one.confirmed) for one in held_on(workers, DAY)}
        assert isinstance(said, Rejected)
        assert (said.code, held, places(workers)) == (
            "already_departed",
            {"D-1": ("S1", True), "D-2": ("S2", True)},
            {"D-1": before},
        )


def test_two_jobs_swap_the_places_that_they_have_now() -> None:
    """B8: not those that a page showed."""
    workers = a_round()
    for number, wish in enumerate((FIRST, Give("D-2", DAY, "S2", "am"), Give("D-2", DAY, "S2", "pm"))):
        walked(workers, wish, f"r/{number}")
    assert answer(walked(workers, Change((("D-1", "D-2"), ("D-2", "D-1"))), "r/9")[0]) == "yes"
    assert (place_of(workers, "D-1"), place_of(workers, "D-2")) == ((DAY, "S2", "pm"), (DAY, "S1", "am"))


@pytest.mark.parametrize("before", [None, Give("D-1", DAY, "S2", "pm")], ids=["new", "moved"])
@pytest.mark.parametrize("healer", ["reactor", "clock"])
@pytest.mark.parametrize("after", range(1, 6))
def test_cut_off_after_each_command(before: Give | None, healer: str, after: int) -> None:
    """After n commands the API ends. The reactor finishes; if it is away for longer than the hold, the clock puts back
    first what was not confirmed."""
    goal, world, was = a_round(), a_round(), {}
    for number, wish in enumerate([before, FIRST]):
        if wish is not None:
            was = places(goal)
            walked(goal, wish, f"r/{number}")
    if before is not None:
        walked(world, before, "r/0")
    place = [len(world.stream)]
    with suppress(CutOff):
        walked(world, FIRST, "r/1", left=after)
    if healer == "clock":
        world.fire(world.now + HOLD)
    heal(world, place, [])
    assert slots(world) == places(world)
    assert places(world) == (was if healer == "clock" and after < 3 else places(goal))


@pytest.mark.parametrize("after", range(1, 4))
def test_cut_off_on_the_way_back(after: int) -> None:
    """A "no" whose undoing was cut off is undone by the reactor alone, and asking again says the same "no"."""
    workers = a_round()
    walked(workers, Give("D-1", DAY, "S2", "pm"))
    workers.tell("job:D-1", ChangeCompleteness(complete_on=None, reason="破损"))
    before = places(workers)
    with suppress(CutOff):
        walked(workers, FIRST, "r/1", left=after)
    catch_up(workers, [0], [])
    said = answer(walked(workers, FIRST, "r/1")[0])
    assert isinstance(said, Rejected)
    assert (said.code, slots(workers), places(workers)) == ("not_complete", before, before)


# --- everything goes wrong -----------------------------------------------------------------------------------------

CREWS = {"D": ("S1", "S2"), "I": ("A1", "A2")}
HALVES = st.sampled_from(["am", "pm"])
SOME = st.sampled_from(("D-1", "D-1", "D-2", "I-1", "I-1"))
SEEDS = st.integers(0, 2**32 - 1)
"""Of the dice that say what goes wrong; hypothesis prints the one that fails."""
HAPPENS = ("incomplete", "complete", "rebook", "cancel", "drive off", "clock", "clock")


def spots(job: str) -> st.SearchStrategy[Spot]:
    """Places that suit a job; the day chooses the stop, or two want the same one."""
    return st.builds(Spot, crew=st.sampled_from(CREWS[job[0]]), half=HALVES, position=st.sampled_from([None, None, 1]))


def gives(job: str) -> st.SearchStrategy[Give]:
    """Deliveries are booked for one day, installations may be given either."""
    on = st.sampled_from(DAYS if job[0] == "I" else (DAY, DAY, DAY, DAYS[1]))
    seen = st.sampled_from([None, None, None, 2, 3])
    return st.builds(lambda on, to, seen: Give(job, on, to.crew, to.half, to.position, seen), on, spots(job), seen)


def moves(job: str) -> st.SearchStrategy[tuple[str, Spot | None]]:
    """One job's part in a change."""
    return st.tuples(st.just(job), st.none() | spots(job) | spots(job))


GIVES = SOME.flatmap(gives)
SWAPS = st.just(Change((("D-1", "D-2"), ("D-2", "D-1"))))
CHANGES = st.tuples(moves("D-1"), moves("D-2"), moves("I-1")).map(Change) | SOME.flatmap(moves).map(
    lambda one: Change((one,))
)
WISHES = st.one_of(
    GIVES, GIVES, GIVES, CHANGES, CHANGES, SWAPS, st.builds(Back, SOME), st.builds(Undo, st.integers(0, 3))
)


@dataclass
class Play:
    """One day on which everything goes wrong that can, by the dice."""

    dice: random.Random
    wishes: list[Wish]
    forgets: bool = False
    workers: Workers = field(default_factory=a_round)
    mail: list[Asked] = field(default_factory=list)
    place: list[int] = field(default_factory=lambda: [0])
    told: dict[str, tuple[Rejected | str, Way]] = field(default_factory=dict)
    asked: dict[str, Wish] = field(default_factory=dict)
    trouble: float = 0.0

    def line(self) -> Line:
        return Line(self.workers, self.mail, lambda: self.dice.random() < self.trouble)

    def run(self) -> "Play":
        """Planners and two reactors (one may be a zombie), until all are done or were cut off."""
        dice, workers = self.dice, self.workers
        self.trouble = dice.choice((0.0, 0.05, 0.15))
        waiting = deque(enumerate(self.wishes))
        tasks: dict[str, Any] = {}
        for turn in range(600):
            if waiting and (not tasks or dice.random() < 0.2):
                number, wish = waiting.popleft()
                tasks[f"r/{number}"] = self.asks(f"r/{number}", wish)
            if "reactor" not in tasks and dice.random() < 0.5:
                tasks["reactor"] = react(workers, self.line(), self.place)
            if "zombie" not in tasks and dice.random() < 0.05:
                tasks["zombie"] = react(workers, self.line(), [max(0, self.place[0] - 4)])
            if self.mail and dice.random() < 0.06:
                workers.decide(self.mail.pop(dice.randrange(len(self.mail))))
            if dice.random() < 0.06:
                happens(workers, dice.choice(HAPPENS), dice.choice(("D-1", "D-2", "I-1")))
            if self.forgets and dice.random() < 0.05:
                late = {one.request.command_id for one in self.mail}  # Kafka brings nothing twice that long after
                workers.remembered = {name: told for name, told in workers.remembered.items() if name in late}
            if not tasks:
                continue
            name = dice.choice(sorted(tasks))
            if dice.random() < 0.03:
                tasks.pop(name).close()  # the process ended
                continue
            try:
                tasks[name].send(None)
            except StopIteration:
                del tasks[name]
            if not waiting and turn > 60 and not any(task.startswith("r/") for task in tasks):
                break
        for task in tasks.values():
            task.close()
        self.trouble = 0.0
        return self

    async def asks(self, number: str, wish: Wish) -> None:
        """A planner's request; he may send it again under its key when he was told "later"."""
        for _ in range(self.dice.choice((1, 1, 2))):
            way = await api(self.line(), wish, number)
            self.asked[number], self.told[number] = wish, (answer(way), way)
            if self.told[number][0] != "later":
                return


@settings(max_examples=400, deadline=None)
@given(SEEDS, st.lists(WISHES, min_size=1, max_size=5), st.booleans())
def test_whatever_goes_wrong_day_and_job_agree_in_the_end(seed: int, wishes: list[Any], forgets: bool) -> None:
    """B8: no reservation is left, no job is in two places, a "no" changed nothing, a "yes" is kept or lost for a
    reason; also where workers have forgotten whatever made no fact."""
    play = Play(random.Random(seed), wishes, forgets).run()
    heal(play.workers, play.place, play.mail)
    assert slots(play.workers) == places(play.workers)
    check_promises(play.workers, play.told)


@settings(max_examples=200, deadline=None)
@given(SEEDS, st.lists(GIVES | st.builds(Back, SOME), min_size=1, max_size=5))
def test_the_clock_is_not_needed_while_the_reactor_lives(seed: int, wishes: list[Any]) -> None:
    """B8: what was declined is put back at once by whoever hears it, not after the hold."""
    play = Play(random.Random(seed), wishes).run()
    catch_up(play.workers, play.place, play.mail)
    assert slots(play.workers) == places(play.workers)


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.lists(WISHES, min_size=1, max_size=4))
def test_everything_once_more_changes_nothing(seed: int, wishes: list[Any]) -> None:
    """DESIGN 10: the whole stream again through the reactor, and every request again through the API."""
    play = Play(random.Random(seed), wishes).run()
    workers = play.workers
    heal(workers, play.place, play.mail)
    facts = len(workers.stream)
    catch_up(workers, [0], [])
    for number, (_, way) in play.told.items():
        if way.first.status != "pending":
            walked(workers, play.asked[number], number)
    assert len(workers.stream) == facts
    workers.remembered.clear()  # months later: only what made facts is still known
    before = deepcopy(places(workers))
    catch_up(workers, [0], [])
    heal(workers, [facts], [])
    assert slots(workers) == places(workers) == before


def check_promises(workers: Workers, told: dict[str, tuple[Rejected | str, Way]]) -> None:
    """A "no" has changed nothing in the end; a "yes" is lost only by somebody's later act, and for a reason."""
    changes = [fact for _, fact in workers.stream if isinstance(fact, PlanChanged)]
    for number, (said, way) in told.items():
        if isinstance(said, Rejected) and said.code != "slot_gone":  # that one says: look again
            stays = [one.slot.job_id for on in DAYS for one in held_on(workers, on) if one.change_id == number]
            assert stays == [] or planned_anew(changes, number), f"{number}: no ({said.code}), but {stays} stayed"
        if said == "yes":
            put_back = any((change.kind, change.of) == ("revert", number) for change in changes)
            assert not put_back, f"{number}: yes, then put back"
            assert not any(isinstance(fact, SlotDeclined) and fact.change_id == number for _, fact in workers.stream)
            for meta, fact in way.made:
                if isinstance(fact, SlotReserved):
                    check_kept(workers, meta, fact)
    assert all(fact.reason for _, fact in workers.stream if isinstance(fact, StopUnscheduled | SlotReleased))


def planned_anew(changes: list[PlanChanged], number: str) -> bool:
    """Whether somebody planned a job of this change anew before it could be put back: then the rest of it stays."""
    mine = next(at for at, change in enumerate(changes) if change.change_id == number)
    jobs = {move.job_id for move in changes[mine].moves}
    return len(jobs) > 1 and any(jobs & {move.job_id for move in later.moves} for later in changes[mine + 1 :])


def check_kept(workers: Workers, meta: Meta, given_slot: SlotReserved) -> None:
    """Told yes: the day confirmed it for the job, unless somebody had moved the job on before; never did the clock
    take it away, nor a word of the day that is older than the slot."""
    job = given_slot.slot.job_id
    later = [fact for m, fact in workers.stream if m.subject == meta.subject and m.sequence > meta.sequence]
    mine = [fact for fact in later if job in {getattr(fact, "job_id", ""), _slot_job(fact)}]
    first = mine[0]
    assert isinstance(first, SlotConfirmed) or (isinstance(first, SlotReleased) and first.reason not in {EXPIRED, GONE})
    if isinstance(first, SlotConfirmed):
        assert next((f.reason for f in mine if isinstance(f, SlotReleased)), "") not in {EXPIRED, GONE}
    origin = {one.request.command_id: made[0] for made in workers.stream for one in SLOTS.after(made)}
    for left, fact in workers.stream:
        here = (job, given_slot.on, meta.sequence)
        if isinstance(fact, StopUnscheduled) and (fact.job_id, fact.on, fact.day_version) == here:
            why = origin.get(left.causation_id)
            assert why is None or why.subject != meta.subject or why.sequence > meta.sequence, "an older word took it"


def _slot_job(fact: Any) -> str:
    return fact.slot.job_id if isinstance(fact, SlotReserved) else ""


def test_what_was_declined_is_not_decided_anew_by_a_worker_that_has_forgotten() -> None:
    """B8: told no, cut off before the undoing; a reactor far behind, and the job could be planned meanwhile."""
    workers = a_round()
    with suppress(CutOff):
        walked(workers, Give("D-1", DAYS[1], "S1", "am"), left=2)
    workers.tell("job:D-1", BookInstallation(checklist=READY, on=DAYS[1]))
    workers.remembered.clear()
    heal(workers, [0], [])
    assert (places(workers), slots(workers)) == ({}, {})
