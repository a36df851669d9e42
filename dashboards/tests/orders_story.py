"""Contracts for the tests of the order desk: the service's rows as they are stored, and their events."""

from datetime import UTC, date, datetime
from typing import Any

from dashboards_story import CUSTOMER, Told, line, rows_of, told

from contracts.fact import Customer
from contracts.order import ContractSigned, DelayNoticed, GoodsCompleted

SIGNED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def signed(number: str = "HT26030001", *, store: str = "S02", customer: Customer = CUSTOMER, **more: Any) -> Told:
    """A contract as it was registered."""
    event = ContractSigned(
        at=SIGNED,
        contract_no=number,
        store_code=store,
        store_name="南海店",
        signed_on=date(2026, 3, 2),
        customer=customer,
        promised_on=more.pop("promised_on", date(2026, 3, 20)),
        amount_due_fen=1_200_000,
        lines=more.pop("lines", (line(1), line(2, 3))),
        **more,
    )
    return told(f"contract:{number}", event, by="wu.xm")


def delayed(number: str = "HT26030001") -> Told:
    """A delay that the group has not been told of."""
    event = DelayNoticed(
        at=datetime(2026, 3, 9, 1, 0, tzinfo=UTC),
        contract_no=number,
        line_no=1,
        sku="WC-1",
        waybill="YD0001",
        carrier="德邦",
        eta=date(2026, 3, 18),
        reason="工厂排产",
        delay_id="1-YD0001",
        name="坐便器",
        post_due=datetime(2026, 3, 9, 1, 30, tzinfo=UTC),
    )
    return told(f"contract:{number}", event, by="system")


def completed(number: str = "HT26030001") -> Told:
    """Every line lies in the warehouse."""
    event = GoodsCompleted(
        at=datetime(2026, 3, 10, 1, 0, tzinfo=UTC),
        contract_no=number,
        store_code="S02",
        customer=CUSTOMER,
        promised_on=date(2026, 3, 20),
        amount_due_fen=1_200_000,
        lines=(line(1), line(2, 3)),
        complete_on=date(2026, 3, 10),
    )
    return told(f"contract:{number}", event, by="system")


def stored_line(number: int, quantity: int, **more: Any) -> dict[str, Any]:
    """A line of the service's row."""
    counts = dict.fromkeys(("received", "damaged", "damaged_outside", "released", "returned", "delivered"), 0)
    rest = {"refunded": 0, "missing": quantity, "excess": 0, "shipment": None, "delay": None, "warranty": None}
    return {**line(number, quantity).model_dump(), **counts, **rest, **more}


def stored(number: str = "HT26030001", *, store: str = "S02", **more: Any) -> dict[str, Any]:
    """A row `contracts` as the order service keeps it."""
    order = {
        "contract_no": number,
        "store_code": store,
        "store_name": "南海店",
        "signed_on": "2026-03-02",
        "customer": CUSTOMER.model_dump(),
        "phone": CUSTOMER.phone,
        "promised_on": "2026-03-20",
        "promise_broken": False,
        "postponements": [],
        "amount_due_fen": 1_200_000,
        "owed_fen": 1_200_000,
        "payments": [],
        "refunds": [],
        "lines": [stored_line(1, 2), stored_line(2, 3, received=3, missing=0)],
        "complete": False,
        "complete_on": None,
        "delayed": False,
        "delays": [],
        "state": "waiting",
        "registered_at": SIGNED.isoformat(),
        "registered_by": "wu.xm",
        **more,
    }
    return {"_id": number, "order": order, "_pos": {"order": {"seq": 3}}}


def desk_rows(*story: Told, stored_rows: tuple[dict[str, Any], ...] = ()) -> dict[str, dict[str, Any]]:
    """All rows that the order desk reads."""
    return {**rows_of(story), "contracts": {row["_id"]: row for row in stored_rows}}
