"""Notify 通知, put together."""

from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from company.context import Context
from company.policy import Policy, policy_book
from contracts import notify as facts
from notify.api import build_router
from notify.call import CALL
from notify.call_row import CALLS
from notify.message.aggregate import MESSAGE, at_the_door
from notify.message.row import MESSAGES
from notify.message.state import Message
from notify.rating import rating_link
from notify.reactions import every_reaction
from notify.receiver import RECEIVER, RECEIVERS
from notify.senders.choice import choose
from notify.sending import ANSWER_SECONDS, CLAIM_SECONDS, Sending
from notify.settings import BadSettings, NotifySettings
from notify.texts import VARIABLES, check_templates
from runtime.aggregate import Decision
from runtime.offers import offering_of
from runtime.reaction import Effect
from runtime.service import Service
from runtime.use_case import UseCase


def build(home: Path, settings: NotifySettings | None = None) -> Service:
    """The service with its senders, by the settings (environment); files are written under `home`.

    Raises BadTemplate when a policy cannot be spoken, BadSettings when a chosen sender lacks something.
    """
    chosen = settings or NotifySettings()
    for policy in policy_book().revisions:
        check_templates(policy)
        check_patience(policy)
    sending = Sending(choose(chosen, home, VARIABLES))
    return Service(
        name="notify",
        deciders=(MESSAGE if chosen.quiet_hours else replace(MESSAGE, door=_awake), RECEIVER, CALL),
        reactions=every_reaction(rating_link(chosen.public_url, home)),
        effects=(
            Effect("notify.claim", facts.MessageReady, sending.claim),
            Effect("notify.send", facts.MessageAttempted, sending.send),
            Effect("notify.query", facts.ProviderQueried, sending.query),
        ),
        projections=(MESSAGES.projection, CALLS.projection, RECEIVERS.projection),
        router=build_router(chosen),
        offers={MESSAGE.name: offering_of(MESSAGE)},
    )


def check_patience(policy: Policy) -> None:
    """Raises BadSettings when "no such message" would be believed while a slow process may still send it."""
    least = CLAIM_SECONDS + ANSWER_SECONDS
    if policy.settle_seconds < least:
        raise BadSettings(
            f"policy {policy.revision}: settle_seconds is {policy.settle_seconds}, at least {least:.0f} is needed,"
            " or a message might go out twice (E4)"
        )


def _awake(
    case: UseCase[Any, Any, facts.MessageEvent], command: Any, message: Message, ctx: Context
) -> Decision[facts.MessageEvent]:
    """The same rules without quiet hours."""
    policy = ctx.policy.model_copy(update={"quiet_from": time(), "quiet_until": time()})
    return at_the_door(case, command, message, replace(ctx, policy=policy))
