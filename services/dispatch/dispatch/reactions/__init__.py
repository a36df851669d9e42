"""What dispatch does about the facts of others, and about its own (pure), a module per topic. Names are stored: they
never change."""

from contracts.dispatch_days import DayPublished, SlotReleased, SlotReserved
from contracts.dispatch_fleet import LeaveNoted
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed, StopScheduled, StopUnscheduled
from contracts.dispatch_road import RunClosed, StopReached
from contracts.dispatch_runs import RunDeparted
from contracts.inventory import MorningFeedbackGiven
from contracts.notify import CallMade
from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    DeliveryPostponed,
    GoodsCompleted,
    PaymentNoted,
    ReturnRefunded,
)
from contracts.service_desk_visits import VisitBooked, VisitCancelled, VisitCompleted, VisitMoved
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
from runtime.reaction import On, Reaction, on_each

REACTIONS = (
    Reaction("dispatch.open_delivery", (On(GoodsCompleted, open_delivery),)),
    Reaction("dispatch.lose_completeness", (On(CompletenessLost, lose_completeness),)),
    Reaction("dispatch.publish_stops", (On(DayPublished, publish_stops),)),
    Reaction("dispatch.plan_runs", (On(DayPublished, plan_runs),)),
    Reaction("dispatch.depart_stops", (On(RunDeparted, depart_stops),)),
    Reaction("dispatch.open_installation", (On(DeliveryCompleted, open_installation),)),
    Reaction("dispatch.confirm_slot", (On(StopScheduled, confirm_slot),)),
    Reaction("dispatch.release_slot", (On(StopUnscheduled, release_slot),)),
    Reaction("dispatch.leave_released_slot", (On(SlotReleased, leave_released_slot),)),
    Reaction("dispatch.follow_plan", (On(SlotReserved, follow_plan),)),
    Reaction("dispatch.confirm_stops", (On(MorningFeedbackGiven, confirm_stops),)),
    Reaction("dispatch.open_visit", (On(VisitBooked, open_visit),)),
    Reaction("dispatch.finish_visit", (On(VisitCompleted, finish_visit),)),
    Reaction("dispatch.cancel_jobs", (On(ContractCancelled, cancel_jobs),)),
    Reaction("dispatch.move_promise", (On(DeliveryPostponed, move_promise),)),
    Reaction("dispatch.amend_jobs", (On(ContractAmended, amend_jobs),)),
    Reaction("dispatch.note_payment", on_each(note_payment, PaymentNoted, ReturnRefunded)),
    Reaction("dispatch.leave_behind", (On(RunDeparted, leave_behind),)),
    Reaction("dispatch.arrive_at_stop", (On(StopReached, arrive_at_stop),)),
    Reaction("dispatch.end_stop", on_each(end_stop, DeliveryCompleted, DeliveryFailed)),
    Reaction("dispatch.return_vehicle", (On(RunClosed, return_vehicle),)),
    Reaction("dispatch.count_call", (On(CallMade, count_call),)),
    Reaction("dispatch.cancel_visit", (On(VisitCancelled, cancel_visit),)),
    Reaction("dispatch.move_visit", (On(VisitMoved, move_visit),)),
    Reaction("dispatch.take_off", (On(LeaveNoted, take_off),)),
)
"""All reactions, in the order in which one event's wishes are sent."""
