"""Notify 通知, put together."""

from pathlib import Path

from contracts.policy import policy_book
from notify.api import router
from notify.domain.message import COMMANDS, INITIAL, STATES, decide, due, evolve
from notify.domain.texts import check_templates
from notify.projections import PROJECTIONS
from notify.reactions import REACTIONS
from notify.senders.console_file import ConsoleFileSender
from notify.sending import sending
from runtime.service import Decider, Effect, Service


def build(home: Path) -> Service:
    """The service with its sender, which writes under `home`. Raises BadTemplate when a policy cannot be spoken."""
    for policy in policy_book().revisions:
        check_templates(policy)
    sender = ConsoleFileSender(home / "sent")
    return Service(
        name="notify",
        deciders=(
            Decider(
                prefix="message",
                initial=INITIAL,
                states=STATES,
                commands=COMMANDS,
                decide=decide,
                evolve=evolve,
                due=due,
            ),
        ),
        reactions=REACTIONS,
        effects=(Effect(name="notify.send", source="notify", run=sending(sender)),),
        projections=PROJECTIONS,
        router=router,
    )
