"""Events of checking and packing: QC (质检, B21) and package labels (包装标签, B20). Part of stream
`inventory.events`, keys `qc:<contract no>` and `label:<contract no>`."""

from typing import Literal

from contracts.fact import Fact, GoodsLine, Value

QualityCause = Literal["scratched", "broken", "colour", "size", "parts_missing", "function", "packing", "other"]
"""划伤, 破损, 色差, 尺寸不符, 缺件, 功能不良, 包装不合格, 其他."""


class QualityPassed(Fact, wire="songda.inventory.QualityPassed.v1"):
    """质检合格 (B21): these pieces may be packed and loaded. `totals`: all passed pieces that lie here now."""

    event: Literal["QualityPassed"] = "QualityPassed"
    contract_no: str
    lines: tuple[GoodsLine, ...]
    totals: tuple[GoodsLine, ...]
    inspected_by: str
    note: str = ""
    photos: tuple[str, ...] = ()
    inspection_id: str = ""


class QualityFailed(Fact, wire="songda.inventory.QualityFailed.v1"):
    """质检不合格 (B21): these pieces go to the pending zone as damage `damage_id` (D4)."""

    event: Literal["QualityFailed"] = "QualityFailed"
    contract_no: str
    inspection_id: str
    damage_id: str
    line_no: int
    sku: str
    name: str
    quantity: int
    cause: QualityCause
    totals: tuple[GoodsLine, ...]
    """All passed pieces that lie in the warehouse now: a piece that failed later is passed no more."""
    inspected_by: str
    note: str = ""
    photos: tuple[str, ...] = ()


class PassedGoodsGone(Fact, wire="songda.inventory.PassedGoodsGone.v1"):
    """合格品已离开: passed pieces left, or were damaged; what lies here after them is to be inspected anew (B21)."""

    event: Literal["PassedGoodsGone"] = "PassedGoodsGone"
    contract_no: str
    cause_id: str
    why: Literal["issued", "damaged", "released"]
    lines: tuple[GoodsLine, ...]
    totals: tuple[GoodsLine, ...]


class PackageLabel(Value):
    """标签 (B20): one package. `serial` is printed inside the signed code; it says nothing about the contract."""

    serial: str
    line_no: int
    package: int
    packages: int
    """Package 2 of 5 of this line."""
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    cautions: str
    lot: str = ""
    """批号 of its pieces (D13); "" where nobody said it, or it holds several."""
    boxes: str = ""
    """Whole boxes and single pieces (D14), "1+0"; "" for what is not packed in boxes ..."""
    square_metres: str = ""
    """... and their area, "1.92"."""


class LabelsIssued(Fact, wire="songda.inventory.LabelsIssued.v1"):
    """打标签 (B20): the packages of a contract line; a new set of the same line voids the one before."""

    event: Literal["LabelsIssued"] = "LabelsIssued"
    contract_no: str
    line_no: int
    edition: int
    labels: tuple[PackageLabel, ...]
    voided: tuple[str, ...]
    """Serials that are good no more."""
    reason: str


QualityEvent = QualityPassed | QualityFailed | PassedGoodsGone
