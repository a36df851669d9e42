"""What loans, scrap applications and lists share: how a refusal is told, who withdraws one, how its history shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from contracts.fact import Fact
from contracts.inventory_stock import LoanAsked, LoanRefused, ScrapApplied, ScrapRefused
from inventory.refusals import no
from runtime.said import Heard, Said
from runtime.use_case import Asker

F = TypeVar("F", LoanRefused, ScrapRefused)


def refused(
    kind: type[F],
    asked: LoanAsked | ScrapApplied,
    *,
    held: bool,
    reason: str,
    by: str,
    at: datetime,
    short: bool = False,
) -> F:
    """A paper is off: a person said so, or the pieces are not there (`short`); what was `held` is free again."""
    numbers = asked.model_dump(include={"loan_no", "application_no", "depot", "sku"})
    return kind.model_validate({"at": at, **numbers, "held": held, "short": short, "reason": reason, "refused_by": by})


async def own_paper(asker: Asker, model: str, number: str, kinds: Sequence[type[Fact]], rule: str) -> None:
    """Who does not approve withdraws the own application only. `model`: its read model, `kinds` of events beside it."""
    document = await asker.rows(model).get(number)
    if document is None:
        asker.refuse(no("no_paper", rule=rule, number=number), 404)
    if Heard(kinds).read(document).sayings[0].by != asker.actor:
        asker.refuse(no("not_your_paper", rule=rule, number=number), 403)


def history(said: Said) -> list[dict[str, Any]]:
    """All that was said of a paper, as the API shows it; without lines, which the paper itself has."""
    return [
        {
            "at": one.event.at.isoformat(),
            "recorded_at": one.recorded.isoformat(),
            "by": one.by,
            **one.event.model_dump(mode="json", exclude={"at", "lines"}),
        }
        for one in said.sayings
    ]
