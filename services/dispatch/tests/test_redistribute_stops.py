"""An absent crew's stops, proposed for others: in their half-day, by the shortest detour, only where they fit."""

from datetime import timedelta

from dispatch_cases import CREWS, DAY, NOW, POLICY, SLOT
from hypothesis import given
from hypothesis import strategies as st

from contracts.dispatch_days import CrewOfDay, Slot
from contracts.fact import Half
from dispatch.day.places import Ground, clashes, half_window, window_at
from dispatch.day.redistribution import Jobs, redistributed
from dispatch.day.state import Absence, Held, Plan

THIRD = CREWS[1].model_copy(
    update={"crew": "S3", "vehicle": "粤E·3", "leader": "x", "leader_name": "x", "members": ("y",)}
)
DAY_CREWS = (*CREWS[:2], THIRD)


def stop(job: str, crew: CrewOfDay, half: Half, position: int, volume_l: int = 100) -> Held:
    """A confirmed stop."""
    slot = SLOT.model_copy(
        update={
            "job_id": job,
            "crew": crew.crew,
            "half": half,
            "position": position,
            "volume_l": volume_l,
            "window": window_at(DAY, half, position, crew, POLICY),
        }
    )
    return Held(slot, 1, NOW + timedelta(minutes=2), confirmed=True)


def a_plan(*held: Held, half: Half | None = None) -> Plan:
    """A day on which S1 is absent."""
    absences = (Absence("S1", half, "病假"),)
    return Plan("main", DAY, DAY_CREWS, half_window(DAY, "am", POLICY).starts, held, 9, absences=absences)


def places(plan: Plan, **districts: str) -> list[tuple[str, str, Half, int]]:
    """Where S1's stops could go."""
    jobs = Jobs({name.replace("_", "-"): district for name, district in districts.items()}, {}, frozenset())
    moved, _ = redistributed(plan, "S1", jobs, POLICY)
    return [(one.after.job_id, one.after.crew, one.after.half, one.after.position) for one in moved]


def test_a_stop_goes_to_the_crew_that_is_near_in_its_half_day() -> None:
    """B8"""
    plan = a_plan(stop("D-1", CREWS[0], "am", 1), stop("D-2", CREWS[1], "am", 1), stop("D-3", THIRD, "am", 1))
    assert places(plan, D_1="高明区", D_2="顺德区", D_3="高明区") == [("D-1", "S3", "am", 2)]


def test_only_the_half_day_of_the_absence_is_given_away() -> None:
    """B8"""
    plan = a_plan(stop("D-1", CREWS[0], "am", 1), stop("D-2", CREWS[0], "pm", 1), half="pm")
    assert places(plan, D_1="南海区", D_2="南海区") == [("D-2", "S2", "pm", 1)]


def test_a_stop_that_left_already_stays() -> None:
    """B8"""
    plan = a_plan(stop("D-1", CREWS[0], "am", 1))
    assert redistributed(plan, "S1", Jobs({}, {}, frozenset({"D-1"})), POLICY) == ((), ())


@given(
    st.lists(
        st.tuples(st.sampled_from(DAY_CREWS), st.sampled_from(["am", "pm"]), st.integers(1, 4), st.integers(0, 6_000)),
        max_size=20,
        unique_by=lambda one: (one[0].crew, one[1], one[2]),
    ),
    st.data(),
)
def test_all_proposed_places_fit_together_and_no_stop_is_forgotten(
    stops: list[tuple[CrewOfDay, Half, int, int]], data: st.DataObject
) -> None:
    """B8"""
    held = [stop(f"D-{n}", *place) for n, place in enumerate(stops)]
    districts = {one.slot.job_id: data.draw(st.sampled_from([*POLICY.districts, "?"])) for one in held}
    plan = a_plan(*held)
    moved, left = redistributed(plan, "S1", Jobs(districts, {}, frozenset()), POLICY)
    absent = {one.slot.job_id for one in held if one.slot.crew == "S1"}
    assert {one.before.job_id for one in (*moved, *left)} == absent
    assert all(one.against for one in left)
    others: list[Slot] = [one.slot for one in held if one.slot.job_id not in absent]
    for one in moved:
        ground = Ground(DAY, plan.crews, tuple(others), plan.absences, POLICY)
        found = {clash.name for clash in clashes(one.after, ground)}
        assert found == set()
        others.append(one.after)
