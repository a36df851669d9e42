"""Notify 通知, put together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from company.policy import Policy, policy_book
from notify.api import build_router
from notify.domain import call, message, receiver
from notify.domain.texts import VARIABLES, check_templates
from notify.projections import PROJECTIONS
from notify.rating import rating_link
from notify.reactions import every_reaction
from notify.senders.choice import choose
from notify.sending import ANSWER_SECONDS, CLAIM_SECONDS, Sending
from notify.settings import BadSettings, NotifySettings
from runtime.service import Decider, Effect, Service


def build(home: Path, settings: NotifySettings | None = None) -> Service:
    """The service with its senders, by the settings (environment); files are written under `home`.

    Raises BadTemplate when a policy cannot be spoken, BadSettings when a chosen sender lacks something.
    """
    chosen = settings or NotifySettings()
    for policy in policy_book().revisions:
        check_templates(policy)
        check_patience(policy)
    sending = Sending(choose(chosen, home, VARIABLES))
    decide: Callable[[Any, Any, Any], Any] = message.decide if chosen.quiet_hours else _awake(message.decide)
    return Service(
        name="notify",
        deciders=(
            Decider("message", message.INITIAL, message.STATES, message.COMMANDS, decide, message.evolve, message.due),
            Decider(
                "receiver",
                receiver.INITIAL,
                receiver.STATES,
                receiver.COMMANDS,
                receiver.decide,
                receiver.evolve,
                receiver.due,
            ),
            Decider("call", call.INITIAL, call.STATES, call.COMMANDS, call.decide, call.evolve, call.due),
        ),
        reactions=every_reaction(rating_link(chosen.public_url, home)),
        effects=(
            Effect(name="notify.claim", source="notify", run=sending.claim),
            Effect(name="notify.send", source="notify", run=sending.send),
            Effect(name="notify.query", source="notify", run=sending.query),
        ),
        projections=PROJECTIONS,
        router=build_router(chosen),
    )


def check_patience(policy: Policy) -> None:
    """Raises BadSettings when "no such message" would be believed while a slow process may still send it."""
    least = CLAIM_SECONDS + ANSWER_SECONDS
    if policy.settle_seconds < least:
        raise BadSettings(
            f"policy {policy.revision}: settle_seconds is {policy.settle_seconds}, at least {least:.0f} is needed,"
            " or a message might go out twice (E4)"
        )


def _awake(decide: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """The same rules without quiet hours."""

    def without_quiet_hours(command: Any, state: Any, ctx: Any) -> Any:
        policy = ctx.policy.model_copy(update={"quiet_from": time(), "quiet_until": time()})
        return decide(command, state, replace(ctx, policy=policy))

    return without_quiet_hours
