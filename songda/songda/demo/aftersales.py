"""What comes after delivery in the demo: damage, leftover order, visit, and the closed ticket (C9-C11, D4)."""

from datetime import date, timedelta

from songda.demo.people import (
    ASSISTANT,
    DESK_SUPERVISOR,
    LEADERS,
    SPECIALIST,
    SUPERVISOR,
    TECHNICIAN,
    WAREHOUSE,
    Staff,
    clock,
)


def damage(staff: Staff, contract_no: str, on: date, crew: str) -> str:
    """破损 (D4): found at the door by the crew; returns the ticket that follows."""
    damage_id = f"{contract_no}-{on:%m%d}"
    found = {
        "damage_id": damage_id,
        "line_no": 1,
        "quantity": 1,
        "found": "delivery",
        "fault": "carrier",
        "photos": [],
        "note": "箱角压坏，面板有裂",
    }
    staff.tell(LEADERS[crew], f"/api/goods/{contract_no}/damages", found, at=clock(on, 11, 30))
    staff.settle()
    return f"T-{damage_id}"


def order_leftover(staff: Staff, ticket: str, on: date) -> str:
    """遗留单 (C9): answered, ordered by a supervisor, approved by the installation supervisor, SMS 5 the same day."""
    order_no = f"YL{on:%y%m%d}{ticket[-9:-5]}"
    placed = {"order_no": order_no, "items": "面板 1 件", "expected_on": (on + timedelta(days=3)).isoformat()}
    staff.tell(SPECIALIST, f"/api/tickets/{ticket}/reply", {"note": "已致电致歉，补货重做"}, at=clock(on, 14, 10))
    staff.tell(DESK_SUPERVISOR, f"/api/tickets/{ticket}/leftover-order", placed, at=clock(on, 14, 40))
    approved = {"order_no": order_no}
    staff.tell(SUPERVISOR, f"/api/tickets/{ticket}/leftover-order/approval", approved, at=clock(on, 15, 5))
    return order_no


def visit(staff: Staff, ticket: str, order_no: str, on: date) -> None:
    """上门 (C9, C10): goods in, visit agreed and on the board, repaired, accepted and rated."""
    arrived = clock(on - timedelta(days=1), 10, 20)
    staff.tell(WAREHOUSE, f"/api/tickets/{ticket}/leftover-goods", {"order_no": order_no}, at=arrived)
    window = {"starts": clock(on, 9).isoformat(), "ends": clock(on, 11).isoformat()}
    agreed = {"on": on.isoformat(), "window": window, "technician": TECHNICIAN, "asked_for": "上午"}
    staff.tell(SPECIALIST, f"/api/tickets/{ticket}/visit", agreed, at=clock(on - timedelta(days=1), 11))
    staff.settle()
    slot = {"on": on.isoformat(), "half": "am", "crew": "F1", "window": window}
    staff.tell(ASSISTANT, f"/api/jobs/V-{ticket}-1/slot", slot, at=clock(on - timedelta(days=1), 15, 40))


def finish(staff: Staff, ticket: str, on: date) -> None:
    """收尾 (C11): report, acceptance, rating, signature, call-back, archive."""
    done = {"visit_no": 1, "outcome": "repaired", "report_ref": f"report-{ticket}", "note": "已更换面板"}
    staff.tell(TECHNICIAN, f"/api/tickets/{ticket}/visit/completion", done, at=clock(on, 10, 35))
    rated = {"accepted_by": "客户本人", "rating": 5}
    staff.tell(TECHNICIAN, f"/api/tickets/{ticket}/acceptance", rated, at=clock(on, 10, 40))
    after = on + timedelta(days=1)
    staff.tell(SUPERVISOR, f"/api/tickets/{ticket}/signature", at=clock(after, 9, 15))
    called = {"satisfied": True, "note": "满意"}
    staff.tell(SPECIALIST, f"/api/tickets/{ticket}/call-back", called, at=clock(after, 10))
    staff.tell(SPECIALIST, f"/api/tickets/{ticket}/closing", at=clock(after, 10, 5))
