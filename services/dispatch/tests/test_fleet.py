"""The fleet: crews, people, vehicles, leave by effective date; who may go out."""

from datetime import date, timedelta

import pytest
from dispatch_cases import CREWS, DAY, NOW, POLICY, SUPERVISOR

from company.context import Context
from company.fleet_crews import crews_of_day, means_of, policy_means
from contracts.civil_time import civil, civil_day
from contracts.dispatch import FleetEvent
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    CrewsOnDays,
    District,
    DistrictSet,
    FleetCrew,
    FleetPerson,
    FleetVehicle,
    LeaveCancelled,
    LeaveNoted,
    Licence,
    PersonSet,
    TripApproved,
    VehicleReturned,
    VehicleSentOut,
    VehicleSet,
)
from dispatch.fields import PLANNED_AHEAD
from dispatch.fleet.aggregate import FLEET, opening
from dispatch.fleet.crews import ChangeMembers, DissolveCrew, SetCrews
from dispatch.fleet.people import CancelLeave, NoteLeave, SetDistrict, SetPerson, SetVehicle
from dispatch.fleet.state import Fleet, Opened
from dispatch.fleet.trips import ApproveTrip, ReturnVehicle, SendOut
from dispatch.refusals import no
from dispatch.words import joined
from runtime.decision import Rejected
from runtime.refusal import Term
from runtime.testing import Given, given

OPENED = opening(NOW, POLICY)
MEANS = policy_means(POLICY)
S1 = MEANS.crews[0]
S2 = MEANS.crews[1]
GO = SendOut(on=DAY, crew="S1", leader="li.zq", driver=None, vehicle="粤E·7K352", districts=("南海区",))
OUT = VehicleSentOut(
    at=NOW,
    on=DAY,
    crew="S1",
    vehicle="粤E·7K352",
    leader="li.zq",
    driver="deng.w",
    people=("li.zq", "deng.w"),
    approval=None,
)
LEAVE = LeaveNoted(
    at=NOW,
    leave_id="L1",
    person_id="li.zq",
    kind="sickness",
    starts_on=DAY,
    ends_on=DAY,
    note="发烧",
    name="李志强",
)
SICK = NoteLeave(leave_id="L1", person_id="li.zq", kind="sickness", starts_on=DAY, ends_on=DAY, note="发烧")


def a_fleet(*events: FleetEvent) -> Given[Fleet, FleetEvent]:
    """The fleet of the policy, and what happened to it since."""
    return given(FLEET, OPENED, *events)


def on(day: date, *events: FleetEvent) -> dict[str, tuple[str | None, tuple[str, ...], str]]:
    """Leader, members and vehicle of each crew on a day."""
    fleet = a_fleet(*events)
    assert isinstance(fleet.state, Opened)
    return {crew.crew: (crew.leader, crew.members, crew.vehicle) for crew in crews_of_day(fleet.state.means, day)}


def changed(crew: FleetCrew, **update: object) -> FleetCrew:
    """The crew otherwise, from DAY on."""
    return crew.model_copy(update={"effective_from": DAY, **update})


def test_without_any_change_the_crews_of_the_policy_work() -> None:
    """B8"""
    assert (crews_of_day(means_of(None, POLICY), DAY), crews_of_day(MEANS, DAY)) == (CREWS, CREWS)


def test_the_first_change_opens_the_history_with_the_policys_people_and_means() -> None:
    """B8, X1"""
    crew = changed(S1, members=("luo.h",), leader="li.zq")
    other = changed(S2, members=("deng.w",))
    swap = SetCrews(crews=(crew, other), reason="对调")
    last = civil_day(NOW) + timedelta(days=PLANNED_AHEAD - 1)
    now = tuple(
        one.model_copy(update={"members": members}) for one, members in zip(CREWS, [("罗海",), ("邓伟",)], strict=False)
    )
    assert given(FLEET).asks(swap, SUPERVISOR).decided == (
        OPENED,
        CrewSet(at=NOW, crew=crew, reason="对调", days=(CrewsOnDays(starts_on=DAY, ends_on=last, crews=now),)),
        CrewSet(at=NOW, crew=other, reason="对调"),
    )


def test_what_days_are_told_of_a_crew_leaves_out_days_of_another_record_and_who_is_on_leave() -> None:
    """B8: a change by the day beats it, a leave takes people out for its days."""
    alone = changed(S1, members=(), effective_to=DAY)
    others = changed(S1, members=("luo.h",))
    events = (CrewSet(at=NOW, crew=alone, reason="一天"), LEAVE)
    (told,) = (
        a_fleet(*events, CrewSet(at=NOW, crew=changed(S2, members=()), reason="借出"))
        .asks(SetCrews(crews=(others,), reason="换人"), SUPERVISOR)
        .made
    )
    assert isinstance(told, CrewSet)
    assert [(some.starts_on, some.crews[0].members) for some in told.days] == [(DAY + timedelta(days=1), ("罗海",))]


def test_a_crew_changes_from_its_day_on_and_the_days_before_stay_as_they_were() -> None:
    """B8, X1"""
    fresh = FleetPerson(person_id="new", name="新人")
    events = (PersonSet(at=NOW, person=fresh), CrewSet(at=NOW, crew=changed(S1, members=("new",)), reason="换人"))
    days = (DAY - timedelta(days=1), DAY, DAY + timedelta(days=400))
    assert [on(day, *events)["S1"][1] for day in days] == [("邓伟",), ("新人",), ("新人",)]


def test_a_change_by_the_day_ends_with_the_day() -> None:
    """B8"""
    alone = CrewSet(at=NOW, crew=changed(S1, members=(), effective_to=DAY), reason="邓伟有事")
    days = (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))
    assert [on(day, alone)["S1"][1] for day in days] == [("邓伟",), (), ("邓伟",)]


def test_the_leader_changes_who_comes_along_for_a_day() -> None:
    """B8"""
    request = ChangeMembers(crew="S1", on=DAY, members=(), reason="邓伟有事")
    alone = CREWS[0].model_copy(update={"members": ()})
    set_for_the_day = CrewSet(
        at=NOW,
        crew=changed(S1, members=(), effective_to=DAY),
        reason="邓伟有事",
        days=(CrewsOnDays(starts_on=DAY, ends_on=DAY, crews=(alone,)),),
    )
    assert [
        a_fleet().asks(request, SUPERVISOR).decided,
        a_fleet(set_for_the_day).asks(request, SUPERVISOR).decided,
        a_fleet().asks(request.model_copy(update={"crew": "S9"}), SUPERVISOR).decided,
    ] == [(set_for_the_day,), (), no("no_such_crew", crew="S9", on=DAY)]


@pytest.mark.parametrize(
    ("crew", "refused"),
    [
        (
            changed(S1, members=("luo.h",)),
            no(
                "in_two_crews",
                what="luo.h",
                crews=Term("S1、S2", "S1 and S2", "S1,S2"),
                on=DAY,
            ),
        ),
        (
            changed(S1, vehicle="粤E·3F618"),
            no(
                "in_two_crews",
                what="粤E·3F618",
                crews=Term("S1、S2", "S1 and S2", "S1,S2"),
                on=DAY,
            ),
        ),
        (changed(S1, members=("nobody",)), no("unknown_person", person_id="nobody")),
        (changed(S1, members=("li.zq",)), no("named_twice", person_id="li.zq", crew="S1")),
        (changed(S1, vehicle="粤X"), no("unknown_vehicle", vehicle="粤X")),
        (S1.model_copy(update={"members": ()}), no("begin_missing", crew="S1")),
        (changed(S1, effective_to=DAY - timedelta(days=1)), no("begin_missing", crew="S1")),
    ],
)
def test_nobody_and_nothing_is_in_two_crews_and_all_are_on_file(crew: FleetCrew, refused: Rejected) -> None:
    """B8"""
    assert a_fleet().asks(SetCrews(crews=(crew,), reason="换"), SUPERVISOR).decided == refused


def test_a_clash_that_comes_later_is_seen_today() -> None:
    """B8: from the 20th on, S2 has the person that S1 asks for."""
    later = CrewSet(at=NOW, crew=S2.model_copy(update={"effective_from": date(2026, 3, 20)}), reason="照旧")
    without = CrewSet(at=NOW, crew=changed(S2, members=(), effective_to=date(2026, 3, 19)), reason="罗海借出")
    asked = SetCrews(crews=(changed(S1, members=("deng.w", "luo.h")),), reason="借来罗海")
    a_fleet(later, without).asks(asked, SUPERVISOR).refuses(
        no(
            "in_two_crews",
            what="luo.h",
            crews=Term("S1、S2", "S1 and S2", "S1,S2"),
            on=date(2026, 3, 20),
        )
    )


def test_the_same_crew_again_is_no_event() -> None:
    """B8"""
    crew = changed(S1, members=())
    a_fleet(CrewSet(at=NOW, crew=crew, reason="换")).asks(
        SetCrews(crews=(crew,), reason="换"), SUPERVISOR
    ).nothing_new()


def test_a_crew_that_nobody_set_up_is_not_dissolved() -> None:
    """B8, X7: nothing that was accepted is dropped."""
    request = DissolveCrew(crew="S9", effective_from=DAY, reason="并组")
    a_fleet().asks(request, SUPERVISOR).refuses(no("no_such_crew", crew="S9", on=DAY))


def test_a_dissolved_crew_works_until_the_day_before_and_may_be_set_again() -> None:
    """B8"""
    request = DissolveCrew(crew="S2", effective_from=DAY, reason="并组")
    gone = CrewDissolved(at=NOW, crew="S2", effective_from=DAY, reason="并组")
    back = CrewSet(at=NOW, crew=S2.model_copy(update={"effective_from": date(2026, 4, 1)}), reason="恢复")
    days = (DAY - timedelta(days=1), DAY, date(2026, 4, 1))
    assert (
        a_fleet().asks(request, SUPERVISOR).decided,
        a_fleet(gone).asks(request, SUPERVISOR).decided,
        ["S2" in on(day, gone, back) for day in days],
    ) == ((gone,), (), [True, False, True])


def test_who_is_on_leave_does_not_work_and_a_leader_on_leave_leaves_his_crew_without_one() -> None:
    """B8"""
    cancelled = LeaveCancelled(at=NOW, leave_id="L1", reason="退烧")
    assert [
        on(DAY)["S1"],
        on(DAY, LEAVE)["S1"],
        on(DAY + timedelta(1), LEAVE)["S1"],
        on(DAY, LEAVE, cancelled)["S1"],
    ] == [
        ("li.zq", ("邓伟",), "粤E·7K352"),
        (None, ("邓伟",), "粤E·7K352"),
        ("li.zq", ("邓伟",), "粤E·7K352"),
        ("li.zq", ("邓伟",), "粤E·7K352"),
    ]


def test_a_leave_counts_once_and_is_cancelled_by_its_number() -> None:
    """X1"""
    longer = SICK.model_copy(update={"ends_on": DAY + timedelta(days=1)})
    backwards = SICK.model_copy(update={"ends_on": DAY - timedelta(days=1)})
    cancel = CancelLeave(leave_id="L1", reason="退烧")
    assert [
        a_fleet().asks(SICK, SUPERVISOR).decided,
        a_fleet(LEAVE).asks(SICK, SUPERVISOR).decided,
        a_fleet(LEAVE).asks(longer, SUPERVISOR).decided,
        a_fleet().asks(backwards, SUPERVISOR).decided,
        a_fleet().asks(SICK.model_copy(update={"person_id": "x"}), SUPERVISOR).decided,
        a_fleet(LEAVE).asks(cancel, SUPERVISOR).decided,
        a_fleet().asks(cancel, SUPERVISOR).decided,
    ] == [
        (LEAVE,),
        (),
        no("leave_differs", leave_id="L1"),
        no("leave_backwards", starts_on=DAY, ends_on=DAY - timedelta(days=1)),
        no("unknown_person", person_id="x"),
        (LeaveCancelled(at=NOW, leave_id="L1", reason="退烧"),),
        no("unknown_leave", leave_id="L1"),
    ]


def test_people_vehicles_and_districts_are_set_once() -> None:
    """B8, B18"""
    person = FleetPerson(
        person_id="luo.h", name="罗海", licence=Licence(number="1", licence_class="B2", valid_until=DAY)
    )
    lorry = FleetVehicle(vehicle="粤E·7K352", volume_l_per_half=9_000)
    far = District(district="清远市", latitude=23.7, longitude=113.0, in_area=False)
    asked = (SetPerson(person=person), SetVehicle(vehicle=lorry), SetDistrict(district=far))
    events = (
        PersonSet(at=NOW, person=person),
        VehicleSet(at=NOW, vehicle=lorry),
        DistrictSet(at=NOW, district=far),
    )
    assert (
        [a_fleet().asks(one, SUPERVISOR).decided for one in asked],
        [a_fleet(*events).asks(one, SUPERVISOR).decided for one in asked],
    ) == (
        [(event,) for event in events],
        [(), (), ()],
    )


def test_leader_driver_and_vehicle_go_out_with_their_crew() -> None:
    """B8, B18: a member with a valid licence drives before the leader."""
    assert [a_fleet().asks(GO, SUPERVISOR).decided, a_fleet(OUT).asks(GO, SUPERVISOR).decided] == [(OUT,), ()]


def test_a_crew_without_a_leader_does_not_go() -> None:
    """B8"""
    led = CrewSet(at=NOW, crew=changed(S1, leader=None), reason="未定")
    assert [a_fleet(one).asks(GO, SUPERVISOR).decided for one in (LEAVE, led)] == 2 * [
        no("no_leader_that_day", crew="S1", on=DAY)
    ]


def test_a_driver_needs_a_licence_that_is_valid_on_the_day() -> None:
    """B18"""
    yesterday = DAY - timedelta(days=1)
    expired = PersonSet(
        at=NOW,
        person=FleetPerson(
            person_id="deng.w", name="邓伟", licence=Licence(number="1", licence_class="B2", valid_until=yesterday)
        ),
    )
    nobody = PersonSet(at=NOW, person=FleetPerson(person_id="li.zq", name="李志强"))
    deng = GO.model_copy(update={"driver": "deng.w"})
    assert [
        a_fleet(expired).asks(deng, SUPERVISOR).decided,
        a_fleet(expired).asks(GO, SUPERVISOR).decided,
        a_fleet(expired, nobody).asks(GO, SUPERVISOR).decided,
        a_fleet().asks(GO.model_copy(update={"driver": "luo.h"}), SUPERVISOR).decided,
        a_fleet(nobody).asks(GO.model_copy(update={"driver": "li.zq"}), SUPERVISOR).decided,
    ] == [
        no("licence_expired", person_id="deng.w", valid_until=yesterday, on=DAY),
        (OUT.model_copy(update={"driver": "li.zq"}),),
        no("no_driver", crew="S1", on=DAY),
        no("not_in_crew", person_id="luo.h", crew="S1"),
        no("licence_missing", person_id="li.zq", valid_until=None, on=DAY),
    ]


def test_a_vehicle_or_person_that_is_out_does_not_go_a_second_time() -> None:
    """B8: the crew was given the other one's lorry and man while that one was out."""
    out = OUT.model_copy(update={"crew": "S2", "people": ("deng.w",), "vehicle": "粤E·3F618"})
    lent = CrewSet(at=NOW, crew=changed(S2, members=()), reason="邓伟借出")
    held_lorry = OUT.model_copy(update={"crew": "S2", "people": ("x",)})
    assert [a_fleet(lent, one).asks(GO, SUPERVISOR).decided for one in (out, held_lorry)] == [
        no("elsewhere", what="deng.w", crew="S2", on=DAY),
        no("elsewhere", what="粤E·7K352", crew="S2", on=DAY),
    ]


def test_what_is_out_on_another_day_stands_in_nobodys_way_and_what_is_back_neither() -> None:
    """B8"""
    other_day = OUT.model_copy(update={"crew": "S2", "on": DAY - timedelta(days=1)})
    other = OUT.model_copy(update={"crew": "S2"})
    back = VehicleReturned(at=NOW, on=DAY, crew="S2", vehicle="粤E·7K352")
    assert [a_fleet(*events).asks(GO, SUPERVISOR).decided for events in ((other_day,), (other, back))] == 2 * [(OUT,)]


def test_outside_hours_or_area_a_vehicle_goes_with_an_approval_only() -> None:
    """B18"""
    night = Context(civil(DAY, POLICY.vehicle_hours.ends) + timedelta(minutes=5), "li.zq", "crew_leader", POLICY)
    far = GO.model_copy(update={"districts": ("清远市", "南海区")})
    approved = TripApproved(at=NOW, on=DAY, crew="S1", reason="客户急用", approved_by="tan.zw")
    gone = OUT.model_copy(update={"approval": "客户急用"})

    def needed(why: Term) -> Rejected:
        return no("approval_needed", crew="S1", why=joined((why,), beside=True))

    assert [
        a_fleet().asks(GO, night).decided,
        a_fleet().asks(far, SUPERVISOR).decided,
        a_fleet(approved).asks(far, SUPERVISOR).decided,
        a_fleet(approved).asks(GO, night).decided,
    ] == [
        no(
            "approval_needed",
            crew="S1",
            why=Term("20:05 不在出车时间内", "20:05 is outside hours", "20:05 is outside hours"),
        ),
        no(
            "approval_needed",
            crew="S1",
            why=Term("清远市 不在送货区域内", "清远市 is outside the area", "清远市 is outside the area"),
        ),
        (gone,),
        (gone.model_copy(update={"at": night.now}),),
    ]


def test_a_trip_is_approved_once_for_a_crew_that_works() -> None:
    """B18"""
    request = ApproveTrip(on=DAY, crew="S1", reason="客户急用")
    approved = TripApproved(at=NOW, on=DAY, crew="S1", reason="客户急用", approved_by="tan.zw")
    assert [
        a_fleet().asks(request, SUPERVISOR).decided,
        a_fleet(approved).asks(request, SUPERVISOR).decided,
        a_fleet().asks(request.model_copy(update={"crew": "S9"}), SUPERVISOR).decided,
    ] == [(approved,), (), no("no_such_crew", crew="S9", on=DAY)]


def test_a_page_that_shows_another_leader_or_vehicle_does_not_send_them_out() -> None:
    """B8"""
    stale = GO.model_copy(update={"vehicle": "粤E·3F618"})
    a_fleet().asks(stale, SUPERVISOR).refuses(no("crew_changed", crew="S1"))


def test_a_vehicle_comes_back_once() -> None:
    """B8"""
    back = ReturnVehicle(on=DAY, crew="S1")
    assert [a_fleet(OUT).asks(back, SUPERVISOR).decided, a_fleet().asks(back, SUPERVISOR).decided] == [
        (VehicleReturned(at=NOW, on=DAY, crew="S1", vehicle="粤E·7K352"),),
        (),
    ]
