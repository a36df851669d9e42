"""The words of all refusals of dispatch stand in `refusals.toml`; a rule names the code and gives the facts."""

from pathlib import Path
from typing import Any

from contracts.dispatch_jobs import SlotDeclined
from contracts.dispatch_runs import DepartureDeclined
from runtime.decision import Rejected
from runtime.refusal import Refusals

no = Refusals(Path(__file__).with_name("refusals.toml"))


def words_of(refused: Rejected) -> dict[str, Any]:
    """A refusal within a flow as its fact says it."""
    words = {"code": refused.code, "rule": refused.rule, "zh": refused.zh, "en": refused.en}
    return {**words, "facts": dict(refused.facts)}


def refused_by(event: SlotDeclined | DepartureDeclined) -> Rejected:
    """The refusal that such a fact says."""
    return Rejected(event.code, event.rule, event.zh, event.en, event.facts)
