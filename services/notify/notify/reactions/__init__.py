"""All reactions of notify, by the stream they listen to. Their names go into command ids: they never change."""

from notify.reactions.calling import CALL_FOR_GOODS, CALL_FOR_JOB, CALL_FOR_ORDER, CALL_FOR_TICKET
from notify.reactions.flow import LET_THROUGH
from notify.reactions.telling import TELL_OF_GOODS, TELL_OF_ORDER, TELL_OF_PLAN, RatingLink, tell_of_ticket
from runtime.reaction import Reaction


def every_reaction(rating_link: RatingLink) -> tuple[Reaction, ...]:
    """`rating_link`: where the customer of a ticket rates it."""
    return (
        Reaction("notify.tell_of_order", TELL_OF_ORDER),
        Reaction("notify.call_for_order", CALL_FOR_ORDER),
        Reaction("notify.tell_of_goods", TELL_OF_GOODS),
        Reaction("notify.call_for_goods", CALL_FOR_GOODS),
        Reaction("notify.tell_of_plan", TELL_OF_PLAN),
        Reaction("notify.call_for_job", CALL_FOR_JOB),
        Reaction("notify.tell_of_ticket", tell_of_ticket(rating_link)),
        Reaction("notify.call_for_ticket", CALL_FOR_TICKET),
        Reaction("notify.let_through", LET_THROUGH),
    )
