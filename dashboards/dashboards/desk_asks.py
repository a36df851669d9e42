"""What may be asked of a ticket (C5-C13), as data: the form's fields, who may send it, when it makes sense.

The service desk's rules decide; this only keeps the page from offering what would be refused anyway.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal[
    "text", "long", "number", "fen", "day", "hour", "tick", "yes_no", "choice", "many", "photos", "manager", "fixed"
]

OFFICE = frozenset({"cs_specialist", "cs_supervisor"})
SUPERVISING = frozenset({"install_supervisor", "cs_supervisor"})
AT_DOOR = OFFICE | {"technician"}
WORKS = AT_DOOR | {"install_supervisor"}
OPEN = frozenset({"received", "visit_agreed", "visit_failed", "repaired"})

PAPERS = ("repair_feedback", "leftover_feedback", "service_report", "satisfaction_survey", "acceptance_form")
OUTCOMES = ("repaired", "customer_absent", "not_let_in", "parts_missing")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the request: its label is the word `ask.field.<label>`, its choices `ask.<label>.<one>`."""

    name: str
    kind: Kind = "text"
    required: bool = True
    choices: tuple[str, ...] = ()
    label: str = ""
    of: str = ""
    """For `fixed`: which fact of the ticket it carries (see `facts_of`)."""

    @property
    def word(self) -> str:
        """Key of its label."""
        return self.label or self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class TicketAsk:
    """One request: `POST /api/tickets/{id}/<path>`; main where the ticket's next step is one of `steps`."""

    code: str
    path: str
    roles: frozenset[str]
    when: Callable[[Json], bool]
    fields: tuple[Field, ...] = ()
    steps: tuple[str, ...] = ()
    at_door: bool = False
    """Part of the technician's phone."""


def _open(ticket: Json) -> bool:
    return ticket["status"] in OPEN


def _visit(ticket: Json) -> bool:
    return bool(ticket["status"] == "visit_agreed")


def _quote(stage: str) -> Callable[[Json], bool]:
    return lambda ticket: _open(ticket) and bool(ticket["quotes"]) and ticket["quotes"][-1]["stage"] == stage


def _order(test: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda ticket: _open(ticket) and bool(ticket["orders"]) and test(ticket["orders"][-1])


def _complaint(test: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda ticket: _open(ticket) and ticket["complaint"] is not None and test(ticket["complaint"])


def _awaited(part: Json) -> bool:
    """Bought and not in yet, or approved and not yet taken off the showroom piece (C7)."""
    return (part["route"], part["stage"]) in {
        ("purchase", "asked"),
        ("purchase", "approved"),
        ("showroom_loan", "approved"),
    }


def _repaired(ticket: Json) -> bool:
    return bool(ticket["status"] == "repaired")


NOTE, REASON = Field("note", required=False), Field("reason")
VISIT_NO = Field("visit_no", "fixed", of="visit_no")
ORDER_NO = Field("order_no", "fixed", of="order_no")
QUOTE_NO = Field("quote_no", "fixed", of="quote_no")
PART_NO = Field("part_no", "fixed", of="part_no")
WINDOW = (Field("on", "day"), Field("window.starts", "hour"), Field("window.ends", "hour"))
PHOTOS = Field("photos", "photos", required=False)

ASKS: tuple[TicketAsk, ...] = (
    TicketAsk(
        "reply",
        "reply",
        OFFICE,
        lambda t: _open(t) and t["replied_at"] is None,
        (Field("note", "long", label="replied"),),
        ("reply",),
    ),
    TicketAsk(
        "advice",
        "advice",
        OFFICE,
        lambda t: _open(t) and t["kind"] == "consultation",
        (Field("answer", "long"),),
        ("advise", "advise_again"),
    ),
    TicketAsk(
        "follow_up",
        "follow-up",
        OFFICE,
        lambda t: _open(t) and t["advice"] is not None and t["advice"]["solved"] is None,
        (Field("solved", "yes_no"), NOTE),
        ("follow_up",),
    ),
    TicketAsk(
        "information",
        "information",
        WORKS | {"store"},
        lambda t: _open(t) and t["information"] is None and t["kind"] != "consultation",
        (Field("findings", "long"), Field("order_needed", "yes_no"), Field("items", required=False), PHOTOS),
        ("take_information", "order_or_visit"),
    ),
    TicketAsk(
        "coverage",
        "coverage",
        WORKS,
        lambda t: _open(t) and t["kind"] not in {"consultation", "complaint"},
        (
            Field("fault", "choice", choices=("ours", "customer", "wear", "third_party", "unknown"), label="whose"),
            Field("warranty", "choice", required=False, choices=("in", "before", "out", "unknown")),
            Field("warranty_ends_on", "day", required=False),
            REASON,
        ),
        ("judge_coverage",),
    ),
    TicketAsk(
        "quote",
        "quote",
        WORKS - {"technician"},
        lambda t: _open(t) and t["pays"] != "free",
        (
            Field("quote_no"),
            Field("parts_fen", "fen", required=False),
            Field("travel_fen", "fen", required=False),
            Field("labour_fen", "fen", required=False),
            Field("valid_until", "day", required=False),
            NOTE,
        ),
        ("quote", "quote_again"),
    ),
    TicketAsk(
        "quote_accept",
        "quote/acceptance",
        AT_DOOR,
        _quote("given"),
        (QUOTE_NO, Field("accepted_by"), Field("how", required=False)),
        ("quote_answer",),
    ),
    TicketAsk("quote_decline", "quote/refusal", AT_DOOR, _quote("given"), (QUOTE_NO, REASON)),
    TicketAsk(
        "parts",
        "parts",
        WORKS | {"procurement", "warehouse", "install_assistant"},
        lambda t: _open(t) and t["kind"] != "consultation",
        (
            Field("part_no"),
            Field("route", "choice", choices=("warehouse", "showroom_loan", "purchase", "leftover_order")),
            Field("name", label="part"),
            Field("sku", required=False),
            Field("quantity", "number", required=False),
            Field("reference", required=False),
            Field("return_by", "day", required=False),
            NOTE,
        ),
        ("order_or_book",),
    ),
    TicketAsk(
        "parts_approve",
        "parts/approval",
        SUPERVISING | {"manager"},
        lambda t: _open(t) and any(p["route"] == "showroom_loan" and p["stage"] == "asked" for p in t["parts"]),
        (PART_NO,),
        ("approve_parts",),
    ),
    TicketAsk(
        "parts_arrive",
        "parts/arrival",
        OFFICE | {"procurement", "warehouse"},
        lambda t: _open(t) and any(_awaited(p) for p in t["parts"]),
        (PART_NO, NOTE),
        ("await_parts",),
    ),
    TicketAsk(
        "expert_ask",
        "expert-question",
        WORKS,
        lambda t: _open(t) and (t["expert"] is None or t["expert"]["answer"] is not None),
        (
            Field("reason", "choice", choices=("never_seen", "came_back"), label="expert_reason"),
            Field("question", "long"),
        ),
    ),
    TicketAsk(
        "expert_answer",
        "expert-answer",
        frozenset({"manager"}),
        lambda t: _open(t) and t["expert"] is not None and t["expert"]["answer"] is None,
        (Field("answer", "long"),),
        ("expert_answer",),
    ),
    TicketAsk("repeat", "repeat", WORKS - {"technician"}, _open, (Field("earlier_ticket"),)),
    TicketAsk(
        "wait",
        "supplier-wait",
        OFFICE | {"procurement"},
        lambda t: _open(t) and t["waiting"] is None,
        (Field("supplier"), REASON, Field("expected_on", "day", required=False)),
    ),
    TicketAsk(
        "wait_end",
        "supplier-wait/end",
        OFFICE | {"procurement"},
        lambda t: _open(t) and t["waiting"] is not None,
        (Field("outcome", required=False),),
        ("await_supplier",),
    ),
    TicketAsk(
        "order",
        "leftover-order",
        frozenset({"store", "install_supervisor", "cs_supervisor"}),
        lambda t: _open(t) and t["kind"] == "leftover",
        (Field("order_no"), Field("items", "long"), Field("expected_on", "day", required=False)),
        ("place_order", "order_anew", "order_or_visit", "order_or_book"),
    ),
    TicketAsk(
        "order_approve",
        "leftover-order/approval",
        frozenset({"install_supervisor"}),
        _order(lambda o: o["approved_at"] is None),
        (ORDER_NO,),
        ("approve_order",),
    ),
    TicketAsk(
        "order_sms",
        "leftover-sms",
        OFFICE,
        _order(lambda o: o["approved_at"] is not None and o["sms_at"] is None),
        (ORDER_NO,),
    ),
    TicketAsk(
        "goods",
        "leftover-goods",
        OFFICE | {"warehouse", "install_assistant"},
        _order(lambda o: o["approved_at"] is not None and o["arrived_at"] is None),
        (
            ORDER_NO,
            Field("damaged", "tick"),
            Field("fault", "choice", required=False, choices=("carrier", "factory", "unknown")),
            NOTE,
            PHOTOS,
        ),
        ("await_goods", "order_anew"),
    ),
    TicketAsk(
        "visit",
        "visit",
        OFFICE,
        lambda t: t["status"] in {"received", "visit_failed", "repaired"} and t["replied_at"] is not None,
        (
            *WINDOW,
            Field("technician"),
            Field("asked_for", required=False),
            Field("accompanied_by", "manager", required=False),
        ),
        ("book_visit", "book_again", "book_with_manager", "order_or_visit", "order_or_book", "advise_again"),
    ),
    TicketAsk("assign", "visit/assignment", SUPERVISING, _visit, (VISIT_NO, Field("technician"))),
    TicketAsk(
        "papers",
        "visit/papers",
        OFFICE | {"warehouse", "install_assistant"},
        _visit,
        (VISIT_NO, Field("papers", "many", choices=PAPERS)),
        ("prepare_papers",),
    ),
    TicketAsk(
        "confirm",
        "visit/confirmation",
        AT_DOOR,
        lambda t: _visit(t) and t["visits"][-1]["confirmed_at"] is None,
        (
            VISIT_NO,
            Field("papers_taken", "tick"),
            Field("goods_taken", "tick"),
            Field("address_confirmed", "tick"),
            Field("time_confirmed", "tick"),
            NOTE,
        ),
        ("confirm_visit",),
        at_door=True,
    ),
    TicketAsk(
        "arrive",
        "visit/arrival",
        AT_DOOR,
        lambda t: _visit(t) and t["visits"][-1]["arrived_at"] is None,
        (VISIT_NO, Field("identity_shown", "tick")),
        ("visit",),
        at_door=True,
    ),
    TicketAsk(
        "complete",
        "visit/completion",
        AT_DOOR,
        _visit,
        (
            VISIT_NO,
            Field("outcome", "choice", choices=OUTCOMES),
            Field("report_ref", "photos", required=False),
            Field("note", "long", required=False),
        ),
        ("visit",),
        at_door=True,
    ),
    TicketAsk(
        "move",
        "visit/move",
        OFFICE,
        _visit,
        (VISIT_NO, *WINDOW, Field("asked_by", "choice", choices=("customer", "us")), REASON),
    ),
    TicketAsk(
        "visit_cancel",
        "visit/cancellation",
        OFFICE,
        _visit,
        (VISIT_NO, Field("asked_by", "choice", choices=("customer", "us")), REASON),
    ),
    TicketAsk(
        "accept",
        "acceptance",
        AT_DOOR,
        lambda t: _repaired(t) and t["acceptance"] is None,
        (Field("accepted_by"), Field("rating", "choice", choices=("5", "4", "3", "2", "1", "null"))),
        ("acceptance",),
        at_door=True,
    ),
    TicketAsk(
        "rate",
        "rating",
        AT_DOOR,
        lambda t: bool(t["visits"]) and t["visits"][-1]["outcome"] == "repaired" and t["visits"][-1]["rating"] is None,
        (
            VISIT_NO,
            Field("rating", "choice", choices=("5", "4", "3", "2", "1")),
            Field("comment", required=False),
            Field("through", "choice", choices=("phone", "paper")),
        ),
        at_door=True,
    ),
    TicketAsk(
        "form",
        "form",
        AT_DOOR,
        lambda t: bool(t["visits"]) and t["visits"][-1]["outcome"] is not None and t["visits"][-1]["form_at"] is None,
        (VISIT_NO, Field("form_ref", "photos", required=False)),
        at_door=True,
    ),
    TicketAsk(
        "sign",
        "signature",
        SUPERVISING,
        lambda t: _open(t) and t["signed_at"] is None and (_repaired(t) or t["complaint"] is not None),
        (),
        ("signature",),
    ),
    TicketAsk(
        "sign",
        "signature",
        frozenset({"manager"}),
        _complaint(lambda c: c["settled_at"] is not None),
        (),
        ("signature",),
    ),
    TicketAsk(
        "call_back",
        "call-back",
        OFFICE,
        lambda t: _repaired(t) and t["call_back"] is None,
        (Field("satisfied", "yes_no"), NOTE),
        ("call_back",),
    ),
    TicketAsk(
        "investigate",
        "complaint/investigation",
        WORKS | {"manager"},
        _complaint(lambda c: c["settled_at"] is None),
        (Field("finding", "long"), PHOTOS),
        ("investigate",),
    ),
    TicketAsk(
        "answer_complaint",
        "complaint/answer",
        frozenset({"cs_supervisor", "manager"}),
        _complaint(lambda c: c["settled_at"] is None and c["finding"] is not None),
        (Field("solution", "long"),),
        ("answer_complaint",),
    ),
    TicketAsk(
        "settle",
        "complaint/settlement",
        OFFICE | {"manager"},
        _complaint(lambda c: c["settled_at"] is None and c["solution"] is not None),
        (NOTE,),
        ("ask_content",),
    ),
    TicketAsk(
        "escalate",
        "complaint/escalation",
        OFFICE | {"manager"},
        _complaint(lambda c: c["settled_at"] is None),
        (Field("level", "fixed", of="level"), REASON),
        ("ask_content",),
    ),
    TicketAsk("close", "closing", OFFICE, _open, (), ("close",)),
    TicketAsk(
        "link",
        "link",
        OFFICE,
        _open,
        tuple(Field(name, required=False) for name in ("contract_no", "sku", "product", "job_id")),
    ),
    TicketAsk("merge", "merge", OFFICE, _open, (Field("duplicate"), NOTE)),
    TicketAsk(
        "cancel",
        "cancellation",
        OFFICE | {"manager"},
        _open,
        (
            Field(
                "cause",
                "choice",
                choices=("customer_withdrew", "quote_declined", "opened_in_error", "solved_itself", "other"),
                label="cancel_cause",
            ),
            REASON,
        ),
    ),
    TicketAsk("reopen", "reopening", OFFICE | {"manager"}, lambda t: not _open(t), (REASON,)),
)


def asks_of(ticket: Json, role: str) -> tuple[list[TicketAsk], list[TicketAsk]]:
    """(what the next step asks of this role, what else it may ask)."""
    mine = [ask for ask in ASKS if role in ask.roles and ask.when(ticket)]
    main = [ask for ask in mine if ticket["next_step"] in ask.steps]
    return main, [ask for ask in mine if ask not in main]


def facts_of(ticket: Json) -> Mapping[str, Any]:
    """What fixed fields carry: the last visit, order and quote, the part that waits, the level that is left."""
    part = next((part for part in ticket["parts"] if part["stage"] != "ready"), None)
    return {
        "visit_no": ticket["visits"][-1]["visit_no"] if ticket["visits"] else None,
        "order_no": ticket["orders"][-1]["order_no"] if ticket["orders"] else None,
        "quote_no": ticket["quotes"][-1]["quote_no"] if ticket["quotes"] else None,
        "part_no": None if part is None else part["part_no"],
        "level": None if ticket["complaint"] is None else ticket["complaint"]["level"],
    }


__all__ = ["ASKS", "OPEN", "OUTCOMES", "Field", "TicketAsk", "asks_of", "facts_of"]
