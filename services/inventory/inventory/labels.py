"""标签 Labels of a contract's packages (B20): name, spec, quantity, cautions, and a code that anybody can check.

One aggregate per contract, `label:HT26030001`; each contract line is packed into packages, and a new set of labels of
the line voids the one before. A label carries a serial; the code printed on it is the serial signed (see label_code).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from company.policy import Policy
from contracts.bounds import HowMany, Nth, OneLine, OptionalId
from contracts.inventory_packing import LabelsIssued, PackageLabel
from contracts.spelling import Sku
from inventory.fields import Note
from inventory.label_code import serial_of
from inventory.packing import contract_to_pack
from inventory.refusals import no
from inventory.who import HANDLES
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, UseCase

MAX_PACKAGES = 500  # of one line


class IssueLabels(Command):
    """打标签 Print a line's labels (B20)

    How a contract line is packed: `pieces` in each package, in their order; one label for each. Printing anew wants a
    reason, and voids the old set. Refuses: unknown_contract, unknown_line, too_many_pieces, reason_wanted.
    """

    command: Literal["IssueLabels"] = "IssueLabels"
    contract_no: OptionalId
    line_no: Nth
    sku: Sku
    name: OneLine
    spec: OneLine
    category: OneLine
    expected: HowMany
    """All pieces of the line."""
    pieces: Annotated[tuple[Annotated[HowMany, Field(ge=1)], ...], Field(min_length=1, max_length=MAX_PACKAGES)]
    reason: Note = ""


@dataclass(frozen=True, slots=True)
class LineLabels:
    """The labels of a line that are good now, and how often they were printed anew."""

    edition: int
    labels: tuple[PackageLabel, ...]
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels by line number; serials of those that are good no more."""

    lines: Mapping[int, LineLabels]
    voided: tuple[str, ...] = ()
    contract_no: str = ""


def issue_labels(command: IssueLabels, labels: Labelled, ctx: Context) -> tuple[LabelsIssued, ...] | Rejected:
    """Print the labels of a line.

    Rules: B20. The same packages again are no event; other packages, or a reason, make a new set and void the old one.
    Refuses: too_many_pieces, reason_wanted.
    """
    packed = sum(command.pieces)
    if packed > command.expected:
        return no("too_many_pieces", packed=packed, expected=command.expected)
    known = labels.lines.get(command.line_no)
    edition = known.edition + 1 if known else 1
    made = _made(command, edition, ctx.policy)
    if known is not None and not command.reason:
        same = [_without_serial(label) for label in known.labels] == [_without_serial(label) for label in made]
        return () if same else no("reason_wanted")
    return (
        LabelsIssued(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            edition=edition,
            labels=made,
            voided=tuple(label.serial for label in known.labels) if known else (),
            reason=command.reason,
        ),
    )


def cautions_for(category: str, policy: Policy) -> str:
    """注意事项 of a category (B20)."""
    return policy.label_cautions.get(category, policy.label_cautions_default)


def evolve(labels: Labelled, event: LabelsIssued) -> Labelled:
    """The labels after an event."""
    printed = LineLabels(event.edition, event.labels, event.at)
    return Labelled({**labels.lines, event.line_no: printed}, (*labels.voided, *event.voided), event.contract_no)


def _made(command: IssueLabels, edition: int, policy: Policy) -> tuple[PackageLabel, ...]:
    return tuple(
        PackageLabel(
            serial=serial_of(command.contract_no, command.line_no, edition, package),
            line_no=command.line_no,
            package=package,
            packages=len(command.pieces),
            sku=command.sku,
            name=command.name,
            spec=command.spec,
            category=command.category,
            quantity=pieces,
            cautions=cautions_for(command.category, policy),
        )
        for package, pieces in enumerate(command.pieces, start=1)
    )


def _without_serial(label: PackageLabel) -> PackageLabel:
    return label.model_copy(update={"serial": ""})


async def of_its_line(asker: Asker, number: str, body: Any) -> IssueLabels:
    """With what the contract says of the line."""
    contract = await contract_to_pack(asker, number)
    lines = () if contract is None else contract.lines
    line = next((line for line in lines if line.line_no == body.line_no), None)
    if line is None:
        nothing = no("no_line_to_label", contract_no=number, line_no=body.line_no)
        asker.refuse(nothing if lines else no("no_contract_to_label", contract_no=number, line_no=body.line_no), 404)
    said = line.model_dump(include={"sku", "name", "spec", "category"})
    return IssueLabels(**{**dict(body), **said, "contract_no": number, "expected": line.quantity})


FROM_CONTRACT = ("sku", "name", "spec", "category", "expected")
USE_CASES: tuple[UseCase[Any, Any, LabelsIssued], ...] = (
    UseCase(
        IssueLabels,
        issue_labels,
        HANDLES,
        "labels",
        body="Packing",
        unsaid=FROM_CONTRACT,
        prepare=of_its_line,
        status=201,
    ),
)
LABELS = Aggregate[Labelled, LabelsIssued]("label", Labelled({}), (Labelled,), evolve, USE_CASES)
