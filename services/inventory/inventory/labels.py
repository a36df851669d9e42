"""标签 Labels of a contract's packages (B20): name, spec, quantity, cautions, and a code that anybody can check.

One aggregate per contract, `label:HT26030001`; each contract line is packed into packages, and a new set of labels of
the line voids the one before. A label carries a serial; the code printed on it is the serial signed (see label_code).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from company import units
from company.context import Context
from company.policy import Policy
from company.units import Packing
from contracts.bounds import HowMany, Nth, OneLine, OptionalId
from contracts.inventory_packing import LabelsIssued, PackageLabel
from contracts.spelling import Lot, Sku
from inventory.fields import Note
from inventory.goods.row import PIECES
from inventory.label_code import serial_of
from inventory.packing import contract_to_pack
from inventory.product_file import PRODUCT_FILE, Packed
from inventory.refusals import no
from inventory.who import HANDLES
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, UseCase

MAX_PACKAGES = 500  # of one line


class IssueLabels(Command):
    """打标签 Print a line's labels (B20)

    How a contract line is packed: `pieces` in each package, in their order; one label for each. Printing anew wants a
    reason, and voids the old set. Refuses: unknown_contract, unknown_line, too_many_pieces, lots_of_packages,
    reason_wanted.
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
    lots: Annotated[tuple[Lot, ...], Field(max_length=MAX_PACKAGES)] = ()
    """批号 of each package (D13), in their order, or one of all; left out: of the lots that lie here for the line, as
    far as one fills a package."""
    packing: Packed | None = None
    """How the product is counted, where somebody described it (D14)."""
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

    Rules: B20, D13 (a label knows its lot), D14 (and both units). The same packages again are no event; other packages,
    or a reason, make a new set and void the old one. Refuses: too_many_pieces, lots_of_packages, reason_wanted.
    """
    if len(command.lots) not in {0, 1, len(command.pieces)}:
        return no("lots_of_packages", packages=len(command.pieces), lots=len(command.lots))
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


def lots_of_packages(pieces: Iterable[int], here: Mapping[str, int]) -> tuple[str, ...]:
    """Of which lot each package is: of the smallest that fills it; "" where none does (D13)."""
    left, found = dict(here), list[str]()
    for wanted in pieces:
        lot = min((one for one in left if left[one] >= wanted), key=lambda one: left[one], default="")
        found.append(lot)
        if lot:
            left[lot] -= wanted
    return tuple(found)


def _made(command: IssueLabels, edition: int, policy: Policy) -> tuple[PackageLabel, ...]:
    packed = command.packing or Packed()
    packing = Packing("", packed.per_box, packed.square_metres)
    lots = command.lots * len(command.pieces) if len(command.lots) == 1 else command.lots
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
            lot=lots[package - 1] if lots else "",
            boxes=units.boxes(pieces, packing.per_box) or "",
            square_metres=units.square_metres(pieces, packing) or "",
        )
        for package, pieces in enumerate(command.pieces, start=1)
    )


def _without_serial(label: PackageLabel) -> PackageLabel:
    return label.model_copy(update={"serial": ""})


async def of_its_line(asker: Asker, number: str, body: Any) -> IssueLabels:
    """With what the contract says of the line, the warehouse of its lots, and the product file of its units."""
    contract = await contract_to_pack(asker, number)
    lines = () if contract is None else contract.lines
    line = next((line for line in lines if line.line_no == body.line_no), None)
    if line is None:
        nothing = no("no_line_to_label", contract_no=number, line_no=body.line_no)
        asker.refuse(nothing if lines else no("no_contract_to_label", contract_no=number, line_no=body.line_no), 404)
    said = line.model_dump(include={"sku", "name", "spec", "category"})
    goods = await asker.view(PIECES).get(number)
    here = {
        lot.lot: lot.here for one in (goods.lines if goods else ()) if one.line_no == body.line_no for lot in one.lots
    }
    product = await asker.view(PRODUCT_FILE).get(line.sku)
    found = {"lots": body.lots or lots_of_packages(body.pieces, here), "packing": product and product.told}
    return IssueLabels(**{**dict(body), **said, **found, "contract_no": number, "expected": line.quantity})


FROM_CONTRACT = ("sku", "name", "spec", "category", "expected", "packing")
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
