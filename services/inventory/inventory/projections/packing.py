"""Rows `packing`: of a contract what is to be packed (order's stream), what QC passed, and its labels (own stream)."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never, cast

from company.masking import customer_for
from company.policy import Policy
from company.unloading import in_unloading_order, unloading_rank
from contracts.envelope import Meta
from contracts.fact import ContractLine, Fact
from contracts.inventory_packing import LabelsIssued, PassedGoodsGone, QualityFailed, QualityPassed
from contracts.order import ContractAmended, ContractSigned
from inventory.goods.row import GoodsRow
from inventory.labels import cautions_for
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]


def fold_contract(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """The contract's lines with spec and category, as they are now (A6). Other events change nothing here."""
    before = facet or {"store_code": "", "customer": None, "lines": []}
    match event:
        case ContractSigned():
            return {
                "store_code": event.store_code,
                "customer": event.customer.model_dump(),
                "lines": [_line(line) for line in event.lines],
            }
        case ContractAmended():
            lines = (
                [_line(line) for line in event.lines]
                if event.lines
                else [*before["lines"], *(_line(line) for line in event.added)]
            )
            customer = event.customer.model_dump() if event.customer is not None else before["customer"]
            return {**before, "customer": customer, "lines": lines}
        case _:
            return before


def fold_quality(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001
    """What QC passed and still lies here, per line number (text), and every inspection (B21)."""
    told = cast(QualityPassed | QualityFailed | PassedGoodsGone, event)
    before = facet or {"passed": {}, "inspections": []}
    passed = {str(line.line_no): line.quantity for line in told.totals}
    match told:
        case QualityPassed():
            inspection = told.model_dump(mode="json", include={"at", "inspected_by", "note", "photos", "lines"})
            result = {**inspection, "passed": True, "cause": None}
        case QualityFailed():
            inspection = told.model_dump(
                mode="json", include={"at", "inspected_by", "note", "photos", "cause", "damage_id"}
            )
            line = told.model_dump(include={"line_no", "sku", "name", "quantity"})
            result = {**inspection, "passed": False, "lines": [line]}
        case PassedGoodsGone():
            return {**before, "passed": passed}
        case _:
            assert_never(told)
    return {**before, "passed": passed, "inspections": [*before["inspections"], result]}


def fold_labels(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """The labels that are good, per line number (text); `serials` of these, and `voided` ones (B20)."""
    told = cast(LabelsIssued, event)
    before = facet or {"lines": {}, "serials": [], "voided": []}
    labels = [label.model_dump() for label in told.labels]
    printed = {"edition": told.edition, "at": told.at.isoformat(), "by": meta.actor, "labels": labels}
    return {
        "lines": {**before["lines"], str(told.line_no): printed},
        "serials": [
            *(serial for serial in before["serials"] if serial not in told.voided),
            *(label.serial for label in told.labels),
        ],
        "voided": [*before["voided"], *told.voided],
    }


def _line(line: ContractLine) -> Json:
    return line.model_dump(include={"line_no", "sku", "name", "spec", "category", "quantity"})


def quality_view(contract_no: str, packing: Mapping[str, Any], goods: GoodsRow | None) -> Json:
    """Of every line what lies here, what is passed, and what QC has still to look at (B21)."""
    quality = packing.get("quality") or {"passed": {}, "inspections": []}
    here = {line.line_no: line.here for line in goods.lines} if goods else {}
    lines = [
        {
            **line,
            "here": here.get(line["line_no"], 0),
            "passed": quality["passed"].get(str(line["line_no"]), 0),
            "to_inspect": max(0, here.get(line["line_no"], 0) - quality["passed"].get(str(line["line_no"]), 0)),
        }
        for line in (packing.get("contract") or {"lines": []})["lines"]
    ]
    return {"contract_no": contract_no, "lines": lines, "inspections": quality["inspections"]}


def check_list(
    picklist: Mapping[str, Any],
    packing: Mapping[str, Mapping[str, Any]],
    goods: Mapping[str, GoodsRow],
    policy: Policy,
    role: str,
) -> Json:
    """送、验清单 of a day (B9, B19, B21): crew by crew the stops as driven, each with its lines as they are unloaded.

    A line's `qc` is passed, part or none; `load_order` names the crew's lines as they go into the vehicle: the last
    stop first, and of each stop the last unloaded first. `packing` and `goods` are rows by contract number.
    """
    listed = picklist["picklist"]
    crews: dict[str, list[Json]] = {}
    for stop in sorted(listed["stops"], key=lambda stop: (stop["crew"], stop["half"], stop["position"])):
        crews.setdefault(stop["crew"], []).append(_stop(stop, packing, goods, policy, role))
    return {
        **{name: listed[name] for name in ("depot", "on", "version", "issued_at", "feedback_at")},
        "crews": [
            {
                "crew": crew,
                "qc_passed": all(stop["qc_passed"] for stop in stops),
                "stops": stops,
                "load_order": _load_order(stops),
            }
            for crew, stops in crews.items()
        ],
    }


def _stop(
    stop: Json,
    packing: Mapping[str, Mapping[str, Any]],
    goods: Mapping[str, GoodsRow],
    policy: Policy,
    role: str,
) -> Json:
    row = packing.get(stop["contract_no"], {})
    contract = row.get("contract") or {"lines": [], "customer": None}
    known = {line["line_no"]: line for line in contract["lines"]}
    passed = (row.get("quality") or {"passed": {}})["passed"]
    labels = (row.get("labels") or {"lines": {}})["lines"]
    there = goods.get(stop["contract_no"])
    here = {line.line_no: line.here for line in there.lines} if there else {}
    lines = []
    for line in stop["lines"]:
        number = line["line_no"]
        category = known.get(number, {}).get("category", "")
        good = passed.get(str(number), 0)
        lines.append(
            {
                **line,
                "spec": known.get(number, {}).get("spec", ""),
                "category": category,
                "here": here.get(number, 0),
                "passed": good,
                "qc": "passed" if good >= line["quantity"] else "part" if good else "none",
                "packages": len(labels.get(str(number), {"labels": []})["labels"]),
                "cautions": cautions_for(category, policy),
                "unload_rank": unloading_rank(category, policy.unloading_order),
            }
        )
    in_order = in_unloading_order(lines, lambda line: str(line["category"]), policy.unloading_order)
    customer = contract["customer"]
    return {
        **{name: stop[name] for name in ("job_id", "contract_no", "half", "position", "ready", "note")},
        "customer": customer_for(role, customer) if customer else None,
        "qc_passed": all(line["qc"] == "passed" for line in in_order),
        "lines": list(in_order),
    }


def _load_order(stops: Sequence[Json]) -> list[Json]:
    unloaded = [
        {
            "position": stop["position"],
            "half": stop["half"],
            "contract_no": stop["contract_no"],
            "line_no": x["line_no"],
        }
        for stop in stops
        for x in stop["lines"]
    ]
    return unloaded[::-1]


PROJECTIONS = (
    Projection(
        name="packing",
        row=key_of,
        facets=(
            Facet(name="contract", service="order", prefixes=("contract",), fold=fold_contract),
            Facet(name="quality", service="inventory", prefixes=("qc",), fold=fold_quality),
            Facet(name="labels", service="inventory", prefixes=("label",), fold=fold_labels),
        ),
        indexes=(("labels.serials",), ("labels.voided",)),
    ),
)
