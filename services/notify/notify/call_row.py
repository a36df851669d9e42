"""Row `calls`: what is to be called, by when, and what came of it (E3)."""

from typing import Literal

from company.masking import customer_for
from contracts.fact import Customer
from contracts.notify import CallPurpose, CallResult
from notify.call import CALL, Call, Done, Dropped, Open, Unrequested
from runtime.view import Instant, Row, View

State = Literal["open", "done", "dropped"]
"""待打, 已接通, 不用打了."""


class CallRow(Row):
    """A call; `show_at` is when it is next to be made. Customers are masked for roles that call nobody (C18)."""

    call_id: str
    purpose: CallPurpose
    subject: str
    occasion: str
    customer: Customer | None
    due: Instant
    show_at: Instant
    owner_role: str
    owner: str | None
    script: str
    duty: str
    cause_id: str
    requested_at: Instant
    state: State
    result: CallResult | None
    note: str | None
    called_by: str | None
    called_at: Instant | None
    next_at: Instant | None
    calls: int
    overdue: bool
    drop_reason: str | None

    def seen_by(self, role: str) -> "CallRow":
        """As a role may see it (C18)."""
        shown = None if self.customer is None else customer_for(role, self.customer)
        return self.model_copy(update={"customer": shown})


_STATE: dict[type, State] = {Open: "open", Done: "done", Dropped: "dropped"}


def call_row(call: Call) -> CallRow | None:
    """The row of a call that was asked for."""
    if isinstance(call, Unrequested):
        return None
    task, last = call.task, call.last
    return CallRow(
        call_id=task.call_id,
        purpose=task.purpose,
        subject=task.subject,
        occasion=task.occasion,
        customer=task.customer,
        due=task.due,
        show_at=task.due if last is None else last.next_at or last.at,
        owner_role=task.owner_role,
        owner=task.owner,
        script=task.script,
        duty=task.duty,
        cause_id=task.cause_id,
        requested_at=task.requested_at,
        state=_STATE[type(call)],
        result=last and last.result,
        note=call.note if isinstance(call, Dropped) else last and last.note,
        called_by=last and last.by,
        called_at=last and last.at,
        next_at=last and last.next_at,
        calls=call.calls,
        overdue=call.overdue,
        drop_reason=call.reason if isinstance(call, Dropped) else None,
    )


CALLS = View(
    "calls",
    "notify",
    CALL,
    CallRow,
    call_row,
    (
        ("row.state", "row.show_at"),
        ("row.owner_role", "row.state", "row.show_at"),
        ("row.owner", "row.state", "row.show_at"),
        ("row.subject",),
        ("row.called_at",),
    ),
)
