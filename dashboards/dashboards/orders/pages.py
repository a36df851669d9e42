"""Order desk 订单 over HTTP: the list, its sheet, and the form that registers a contract."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from urllib.parse import urlencode

from fastapi.responses import Response

from company.policy import policy_book
from dashboards.inbox.waiting import todos_of
from dashboards.live_rows import rows_stream
from dashboards.nav import STAFF
from dashboards.orders.lines import order_line
from dashboards.orders.reading import SORTS, Chosen, chosen_in, orders_all, orders_page
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from order.contract.aggregate import CONTRACT
from order.contract.row import CONTRACTS, STAGES, STEPS
from order.contract.terms import RegisterContract
from order.who import IMPORTS, PRODUCTS
from runtime.route import takes

router = PageRouter(include_in_schema=False)


@router.get("/orders")
@takes(*LOOKS, "q", "stage", "delay", "todo", "store", "before", "sort", "after")
@seated("orders", STAFF)
async def orders(seat: Seat) -> Response:
    """合同: what is chosen, a page at a time."""
    chosen = chosen_in(seat)
    stream = rows_stream(seat.caller, (CONTRACTS.name,))
    part = await orders_page(seat, chosen, seat.asked("after", longest=400))
    query = {name: text for name, text in seat.request.query_params.items() if text and name != "after"}
    return seat.show(
        "orders.html",
        chosen=chosen,
        slice=part,
        lines=[order_line(row, seat.person.role, seat.today) for row in part.rows],
        stages=STAGES,
        delays=STEPS,
        todos=todos_of(seat.person.role),
        sorts=SORTS,
        stream=stream,
        sheet=f"/orders.xlsx?{urlencode(query)}",
        may_register=seat.may(CONTRACT, RegisterContract),
        may_mend=seat.is_one_of(*IMPORTS),
        may_import=seat.is_one_of(*IMPORTS, *PRODUCTS),
    )


@router.get("/orders.xlsx")
@takes(*LOOKS, "q", "stage", "delay", "todo", "store", "before", "sort", "after")
@seated("orders", STAFF)
async def orders_sheet(seat: Seat) -> Response:
    """All contracts that are chosen, as a spreadsheet (X6)."""
    words = seat.words
    head = [words(f"orders.{name}") for name in ("no", "customer")]
    head += [words("customer.district"), words("customer.phone"), words("orders.store_code"), words("orders.store")]
    head += [
        words(f"orders.{name}") for name in ("signed", "promised", "stage", "since.head", "delay", "lines", "owed")
    ]
    return await sheet(words("orders.title"), head, _sheet_lines(seat, chosen_in(seat)))


async def _sheet_lines(seat: Seat, chosen: Chosen) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for row in orders_all(seat, chosen):
        one = order_line(row, seat.person.role, seat.today)
        yield (
            one.contract_no,
            one.name,
            one.district,
            one.phone,
            one.store_code,
            one.store_name,
            date.fromisoformat(one.signed_on),
            date.fromisoformat(one.promised_on),
            words(f"order.stage.{one.stage}"),
            None if one.complete_on is None else date.fromisoformat(one.complete_on),
            words(f"order.delay.{one.delay}") if one.delay else None,
            one.lines,
            None if one.owed_fen is None else one.owed_fen / 100,
        )


@router.get("/orders/new")
@takes(*LOOKS)
@seated("orders", CONTRACT.may(RegisterContract))
async def order_new(seat: Seat) -> Response:
    """登记合同 (A1)."""
    policy = policy_book().at(seat.now)
    return seat.show(
        "order_new.html",
        today=seat.today,
        categories=tuple(policy.litres_per_piece),
        districts=tuple(getattr(policy, "districts", {})),
    )
