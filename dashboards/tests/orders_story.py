"""Contracts for the tests of the order desk, as events; the rows are folded as the projector folds them."""

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


def delayed(number: str = "HT26030001", **more: Any) -> Told:
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
        **more,
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


def desk_rows(*story: Told) -> dict[str, dict[str, Any]]:
    """All rows that the order desk reads."""
    return rows_of(story)
