"""Printed forms about a contract: 发货单 (A8)."""

from company.masking import customer_for, phone_masked
from company.policy import policy_book
from company.unloading import in_unloading_order
from dashboards.forms.form import Content, Form
from dashboards.forms.goods_said import goods_said
from dashboards.nav import STAFF
from dashboards.orders.reading import own_contract
from dashboards.seat import Seat


async def _shipping(seat: Seat, contract_no: str) -> Content | None:
    """What goes to the customer, in the order in which it is unloaded (B19)."""
    contract = await own_contract(seat, contract_no)
    if contract is None:
        return None
    row, order_of = contract.row, policy_book().at(seat.now).unloading_order
    lines = in_unloading_order(row.lines, lambda line: line.category, order_of)
    return {
        "order": row,
        "customer": phone_masked(customer_for(seat.person.role, row.customer)),
        "lines": lines,
        "said": await goods_said(seat, contract_no, (line.sku for line in lines)),
    }


FORMS = (Form(name="shipping", template="form_shipping.html", roles=STAFF, read=_shipping),)
