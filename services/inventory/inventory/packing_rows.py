"""Rows of packing: what QC passed of a contract (B21), and the labels of its packages (B20)."""

from typing import Any

from pydantic import BaseModel

from contracts.inventory_packing import PackageLabel, QualityFailed, QualityPassed
from inventory.labels import LABELS, Labelled
from inventory.packing import INSPECTED, InspectedRow
from inventory.quality import QUALITY, Inspected
from runtime.said import Said
from runtime.view import Instant, Row, View


class PrintedLine(BaseModel):
    """The good labels of a line, one for each package."""

    line_no: int
    edition: int
    printed_at: Instant
    labels: tuple[PackageLabel, ...]


class LabelsRow(Row):
    """A contract's labels; `serials` of the good ones, and of `voided` ones."""

    contract_no: str
    lines: tuple[PrintedLine, ...]
    serials: tuple[str, ...]
    voided: tuple[str, ...]


def labels_row(labels: Labelled) -> LabelsRow | None:
    """The view."""
    if not labels.lines:
        return None
    lines = [
        PrintedLine(line_no=line_no, edition=line.edition, printed_at=line.printed_at, labels=line.labels)
        for line_no, line in sorted(labels.lines.items())
    ]
    return LabelsRow(
        contract_no=labels.contract_no,
        lines=tuple(lines),
        serials=tuple(label.serial for line in lines for label in line.labels),
        voided=labels.voided,
    )


def inspected_row(quality: Inspected) -> InspectedRow:
    """The view."""
    return InspectedRow(passed=quality.passed)


PRINTED = View("labels", "inventory", LABELS, LabelsRow, labels_row, indexes=(("row.serials",), ("row.voided",)))
INSPECTIONS = View(
    INSPECTED.name, "inventory", QUALITY, InspectedRow, inspected_row, said=(QualityPassed, QualityFailed)
)


def inspections(said: Said) -> list[dict[str, Any]]:
    """Every inspection, as the API shows it."""
    return [_inspection(one.event) for one in said.sayings]


def _inspection(event: QualityPassed | QualityFailed) -> dict[str, Any]:
    common = event.model_dump(mode="json", include={"at", "inspected_by", "note", "photos"})
    if isinstance(event, QualityPassed):
        return {**common, **event.model_dump(include={"lines"}), "passed": True, "cause": None}
    line = event.model_dump(include={"line_no", "sku", "name", "quantity"})
    return {**common, "cause": event.cause, "damage_id": event.damage_id, "passed": False, "lines": [line]}
