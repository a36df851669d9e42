"""Printed forms of the service desk (C9, C11): filled in as far as the ticket knows, with blanks for the pen.

安装维修反馈单, 遗留问题处理单, 售后服务报告单, 满意度调查表, 服务验收单, 售服信息反馈表.
"""

from collections.abc import Awaitable, Callable

from dashboards.desk.reading import ticket_of
from dashboards.forms.form import Content, Form
from dashboards.seat import Seat
from inventory.voucher.register import number_of
from service_desk.roles import READS

KINDS = ("information", "repair-feedback", "leftover", "service-report", "survey", "acceptance")
LETTERS = {"leftover": "YL", "service-report": "FW", "acceptance": "YS"}
"""Of the kinds that are numbered by themselves (D11); the others go by their ticket."""
QUESTIONS = ("punctual", "manners", "skill", "clean", "result", "overall")
"""满意度调查表: what is asked, each on a scale of five."""


def _read(kind: str) -> Callable[[Seat, str], Awaitable[Content | None]]:
    async def read(seat: Seat, ticket_id: str) -> Content | None:
        ticket = await ticket_of(seat, ticket_id)
        if ticket is None or (kind == "leftover" and ticket.one.kind != "leftover" and not ticket.one.orders):
            return None
        one = ticket.one
        return {
            "one": one,
            "kind": kind,
            "number": await number_of(seat.caller, LETTERS[kind], f"ticket:{ticket_id}") if kind in LETTERS else "",
            "visit": one.visits[-1] if one.visits else None,
            "order": one.orders[-1] if one.orders else None,
            "quote": one.quotes[-1] if one.quotes else None,
            "questions": QUESTIONS,
        }

    return read


FORMS = tuple(Form(name=kind, template="form_ticket.html", roles=READS, read=_read(kind)) for kind in KINDS)
