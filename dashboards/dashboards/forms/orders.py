"""Printed forms about a contract: 发货单 (A8)."""

from typing import Any

from company.masking import customer_for, mask_phone
from company.policy import policy_book
from company.unloading import in_unloading_order
from dashboards.forms.form import Content, Form
from dashboards.nav import STAFF
from dashboards.orders.reading import own_contract
from dashboards.seat import Seat
from order.contract.heard import whole


async def _shipping(seat: Seat, contract_no: str) -> Content | None:
    """What goes to the customer, in the order in which it is unloaded (B19)."""
    row = await own_contract(seat, contract_no)
    if row is None:
        return None
    order: dict[str, Any] = whole(row)
    customer = customer_for(seat.person.role, order["customer"])
    order_of = policy_book().at(seat.now).unloading_order
    lines = in_unloading_order(order["lines"], lambda line: str(line["category"]), order_of)
    return {"order": order, "customer": {**customer, "phone": mask_phone(customer["phone"])}, "lines": lines}


FORMS = (Form(name="shipping", template="form_shipping.html", roles=STAFF, read=_shipping),)
