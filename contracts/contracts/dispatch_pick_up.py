"""Events of a pick-up (自提, A11): the customer collects what a delivery would have brought. Key `job:<job>`."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.dispatch_jobs import LaterDayConsent
from contracts.fact import ContractLine, Customer, Fact, GoodsLine


class PickUpArranged(Fact, wire="songda.dispatch.PickUpArranged.v1"):
    """约自提 (A11): the customer comes on day `on` and collects these lines; the job is in no plan of a day."""

    event: Literal["PickUpArranged"] = "PickUpArranged"
    job_id: str
    contract_no: str
    customer: Customer
    on: date
    lines: tuple[ContractLine, ...]
    note: str = ""
    consent: LaterDayConsent | None = None
    """The customer's consent, where the day is later than was promised (A8); null where it is not."""


class PickUpCalledOff(Fact, wire="songda.dispatch.PickUpCalledOff.v1"):
    """取消自提: the goods are to be delivered, or collected another time."""

    event: Literal["PickUpCalledOff"] = "PickUpCalledOff"
    job_id: str
    reason: str


class PickUpListIssued(Fact, wire="songda.dispatch.PickUpListIssued.v1"):
    """自提单开出 (B9): by the supervisor. Goods leave on it only."""

    event: Literal["PickUpListIssued"] = "PickUpListIssued"
    job_id: str
    list_no: str
    issued_by: str


class PickedUp(Fact, wire="songda.dispatch.PickedUp.v1"):
    """自提 (A11, B13): counted and handed out by list, the identity looked at, signed for."""

    event: Literal["PickedUp"] = "PickedUp"
    job_id: str
    contract_no: str
    customer: Customer
    list_no: str
    delivered: tuple[GoodsLine, ...]
    lines: tuple[ContractLine, ...]
    """Of the job."""
    collected_by: str
    identity: str
    """What was shown, as the paper has it; never a whole number of a document."""
    signature_ref: str
    taught_use: bool
    handed_by: str
    """Person of the warehouse."""
    install_due: AwareDatetime | None
    """B10/K9: when the installation is owed; null when nothing is to be installed."""
    photos: tuple[str, ...] = ()
    depot: str = "main"
    """The depot at which it was collected (D17)."""
