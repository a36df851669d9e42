"""What dispatch does about the facts of others, and about its own (pure), a module per topic. Names are stored: they
never change."""

from dispatch.reactions.calls import count_call
from dispatch.reactions.changes import (
    amend_jobs,
    cancel_jobs,
    cancel_visit,
    move_promise,
    move_visit,
    note_payment,
)
from dispatch.reactions.goods import confirm_stops, lose_completeness, open_delivery, open_installation
from dispatch.reactions.plan import (
    confirm_slot,
    follow_plan,
    leave_released_slot,
    plan_runs,
    publish_stops,
    release_slot,
    take_off,
)
from dispatch.reactions.road import arrive_at_stop, depart_stops, end_stop, leave_behind, return_vehicle
from dispatch.reactions.visits import finish_visit, open_visit
from runtime.service import Reaction

REACTIONS = (
    Reaction(name="dispatch.open_delivery", source="order", react=open_delivery),
    Reaction(name="dispatch.lose_completeness", source="order", react=lose_completeness),
    Reaction(name="dispatch.publish_stops", source="dispatch", react=publish_stops),
    Reaction(name="dispatch.plan_runs", source="dispatch", react=plan_runs),
    Reaction(name="dispatch.depart_stops", source="dispatch", react=depart_stops),
    Reaction(name="dispatch.open_installation", source="dispatch", react=open_installation),
    Reaction(name="dispatch.confirm_slot", source="dispatch", react=confirm_slot),
    Reaction(name="dispatch.release_slot", source="dispatch", react=release_slot),
    Reaction(name="dispatch.leave_released_slot", source="dispatch", react=leave_released_slot),
    Reaction(name="dispatch.follow_plan", source="dispatch", react=follow_plan),
    Reaction(name="dispatch.confirm_stops", source="inventory", react=confirm_stops),
    Reaction(name="dispatch.open_visit", source="service_desk", react=open_visit),
    Reaction(name="dispatch.finish_visit", source="service_desk", react=finish_visit),
    Reaction(name="dispatch.cancel_jobs", source="order", react=cancel_jobs),
    Reaction(name="dispatch.move_promise", source="order", react=move_promise),
    Reaction(name="dispatch.amend_jobs", source="order", react=amend_jobs),
    Reaction(name="dispatch.note_payment", source="order", react=note_payment),
    Reaction(name="dispatch.leave_behind", source="dispatch", react=leave_behind),
    Reaction(name="dispatch.arrive_at_stop", source="dispatch", react=arrive_at_stop),
    Reaction(name="dispatch.end_stop", source="dispatch", react=end_stop),
    Reaction(name="dispatch.return_vehicle", source="dispatch", react=return_vehicle),
    Reaction(name="dispatch.count_call", source="notify", react=count_call),
    Reaction(name="dispatch.cancel_visit", source="service_desk", react=cancel_visit),
    Reaction(name="dispatch.move_visit", source="service_desk", react=move_visit),
    Reaction(name="dispatch.take_off", source="dispatch", react=take_off),
)
"""All reactions, in the order in which one event's wishes are sent."""
