"""All reactions of notify, by the stream they listen to. Their names go into command ids: they never change."""

from notify.reactions.calling import call_for_goods, call_for_job, call_for_order, call_for_ticket
from notify.reactions.flow import let_through
from notify.reactions.telling import RatingLink, tell_of_goods, tell_of_order, tell_of_plan, tell_of_ticket
from runtime.service import Reaction


def every_reaction(rating_link: RatingLink) -> tuple[Reaction, ...]:
    """`rating_link`: where the customer of a ticket rates it."""
    return (
        Reaction(name="notify.tell_of_order", source="order", react=tell_of_order),
        Reaction(name="notify.call_for_order", source="order", react=call_for_order),
        Reaction(name="notify.tell_of_goods", source="inventory", react=tell_of_goods),
        Reaction(name="notify.call_for_goods", source="inventory", react=call_for_goods),
        Reaction(name="notify.tell_of_plan", source="dispatch", react=tell_of_plan),
        Reaction(name="notify.call_for_job", source="dispatch", react=call_for_job),
        Reaction(name="notify.tell_of_ticket", source="service_desk", react=tell_of_ticket(rating_link)),
        Reaction(name="notify.call_for_ticket", source="service_desk", react=call_for_ticket),
        Reaction(name="notify.let_through", source="notify", react=let_through),
    )
