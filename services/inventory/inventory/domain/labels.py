"""标签 Labels of a contract's packages (B20): name, spec, quantity, cautions, and a code that anybody can check.

One aggregate per contract, `label:HT26030001`; each contract line is packed into packages, and a new set of labels of
the line voids the one before. A label carries a serial; the code printed on it is the serial signed (see label_code).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from contracts.bounds import HowMany, Nth, OneLine, OptionalId
from contracts.inventory_packing import LabelsIssued, PackageLabel
from contracts.spelling import Sku
from inventory.domain.label_code import serial_of
from inventory.domain.texts import Note
from runtime.decision import Command, Rejected, Timer

MAX_PACKAGES = 500  # of one line


def label_id(contract_no: str) -> str:
    """Aggregate id of a contract's labels."""
    return f"label:{contract_no}"


class IssueLabels(Command):
    """打标签 (B20): `pieces` in each package, in their order. `expected`: all pieces of the line."""

    command: Literal["IssueLabels"] = "IssueLabels"
    contract_no: OptionalId
    line_no: Nth
    sku: Sku
    name: OneLine
    spec: OneLine
    category: OneLine
    expected: HowMany
    pieces: Annotated[tuple[Annotated[HowMany, Field(ge=1)], ...], Field(min_length=1, max_length=MAX_PACKAGES)]
    reason: Note = ""


COMMANDS = IssueLabels
LabelEvent = LabelsIssued


@dataclass(frozen=True, slots=True)
class LineLabels:
    """The labels of a line that are good now, and how often they were printed anew."""

    edition: int
    labels: tuple[PackageLabel, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels by line number."""

    lines: Mapping[int, LineLabels]


Labels = Labelled
INITIAL: Labels = Labelled({})
STATES = (Labelled,)
Decision = tuple[LabelEvent, ...] | Rejected


def decide(command: COMMANDS, labels: Labels, ctx: Context) -> Decision:
    """Print the labels of a line.

    Rules: B20. The same packages again are no event; other packages, or a reason, make a new set and void the old one.
    Refuses: too_many_pieces, reason_wanted.
    """
    if sum(command.pieces) > command.expected:
        return Rejected(
            "too_many_pieces",
            "B20",
            f"包装合计 {sum(command.pieces)} 件，合同行只有 {command.expected} 件。请核对每包件数",
            f"The packages hold {sum(command.pieces)} pieces, the line has {command.expected}. Check the packages",
            {"packed": sum(command.pieces), "expected": command.expected},
        )
    known = labels.lines.get(command.line_no)
    edition = known.edition + 1 if known else 1
    made = _made(command, edition, ctx.policy)
    if known is not None and not command.reason:
        same = [_without_serial(label) for label in known.labels] == [_without_serial(label) for label in made]
        if same:
            return ()
        return Rejected(
            "reason_wanted",
            "B20",
            "这一行已经打过标签。重打会作废原来的标签，请写明原因（如标签破损、重新分包）",
            "The line has its labels. Printing anew voids them; say why (damaged labels, packed anew)",
        )
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


def evolve(labels: Labels, event: LabelEvent) -> Labels:
    """The labels after an event."""
    match event:
        case LabelsIssued():
            return replace(labels, lines={**labels.lines, event.line_no: LineLabels(event.edition, event.labels)})
    assert_never(event)


def due(labels: Labels) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing falls due by itself."""
    return ()


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
