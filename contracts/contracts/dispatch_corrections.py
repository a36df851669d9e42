"""Events of corrections of what was signed for (送达更正, D16). Part of stream `dispatch.events`, keys `job:<job>`."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.fact import ContractLine, Customer, Fact, GoodsLine


class DeliveryCorrectionAsked(Fact, wire="songda.dispatch.DeliveryCorrectionAsked.v1"):
    """送达更正申请 (D16): somebody says what the customer really took, and sent back whole or broken. Nothing changes
    before a second person has agreed (`DeliveryCorrected`) or not (`DeliveryCorrectionRefused`)."""

    event: Literal["DeliveryCorrectionAsked"] = "DeliveryCorrectionAsked"
    job_id: str
    contract_no: str
    correction_no: str
    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...]
    damaged: tuple[GoodsLine, ...]
    reason: str
    photos: tuple[str, ...] = ()
    asked_by: str


class DeliveryCorrectionRefused(Fact, wire="songda.dispatch.DeliveryCorrectionRefused.v1"):
    """送达更正不同意 (D16): what was signed for stays as it was typed."""

    event: Literal["DeliveryCorrectionRefused"] = "DeliveryCorrectionRefused"
    job_id: str
    contract_no: str
    correction_no: str
    reason: str
    refused_by: str


class DeliveryCorrected(Fact, wire="songda.dispatch.DeliveryCorrected.v1"):
    """送达更正 (D16): what was typed of a delivery, or of a pick-up, was wrong; this is how it was. Counts are whole:
    as they are right, and as they had been typed."""

    event: Literal["DeliveryCorrected"] = "DeliveryCorrected"
    job_id: str
    contract_no: str
    customer: Customer
    crew: str
    """Empty for a pick-up."""
    leader: str
    correction_no: str
    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...]
    damaged: tuple[GoodsLine, ...]
    was_delivered: tuple[GoodsLine, ...]
    was_refused: tuple[GoodsLine, ...]
    was_damaged: tuple[GoodsLine, ...]
    lines: tuple[ContractLine, ...]
    """What was to be delivered."""
    picked_up: bool = False
    """It was a pick-up: what the customer did not take never left, and what he took besides left with it."""
    install_due: AwareDatetime | None
    """When the installation of what was delivered is owed; null when nothing of it is to be installed."""
    reason: str
    asked_by: str
    witness: str
    """The second person (B23)."""
    reverses: str = ""
    """The number of a correction that could not hold: the warehouse had received meanwhile what it takes back."""
    depot: str = "main"
    """The depot that it was delivered from (D17)."""
