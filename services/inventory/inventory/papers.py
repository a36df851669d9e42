"""What loans, scrap applications and lists share: how a refusal is told, who withdraws one, how its history shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from contracts.fact import Fact
from contracts.inventory_stock import LeftPieces, LoanAsked, LoanRefused, ScrapApplied, ScrapRefused
from inventory.refusals import no
from inventory.wrong_issue import Issued
from runtime.said import Heard, Said
from runtime.use_case import Asker
from runtime.view import Instant

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


class WrongIssueRow(BaseModel):
    """A correction of what left by a paper, until a second person has decided (D16)."""

    correction_no: str
    lines: tuple[LeftPieces, ...]
    reason: str
    asked_by: str
    at: Instant


def wrong_row(issued: Issued | None) -> WrongIssueRow | None:
    """What waits."""
    one = None if issued is None else issued.corrections.waits
    if one is None:
        return None
    told = {"correction_no": one.correction_no, "lines": one.lines, "reason": one.reason}
    return WrongIssueRow.model_validate({**told, "asked_by": one.asked_by, "at": one.at})


def left_by(issued: Issued | None) -> int | None:
    """Pieces that left by a paper of one line; null where nothing did."""
    return None if issued is None else issued.lines[0].right


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
