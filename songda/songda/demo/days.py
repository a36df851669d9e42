"""A day of delivery and installation, from the booking call to the cash, through the public API.

What would be in the future is not told: played in the morning, today's stops are still to come.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from contracts.civil_time import civil_day
from songda.client import CallFailed
from songda.demo.people import ACCOUNTANT, ASSISTANT, LEADERS, QC, SPECIALIST, SUPERVISOR, WAREHOUSE, Staff, clock
from songda.demo.plan import AHEAD, DayOfWork

READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
PLACES = [(half, crew) for half in ("am", "pm") for crew in ("S1", "S2")]
INSTALL_PLACES = [(half, crew) for half in ("am", "pm") for crew in ("A1", "A2")]


def book(staff: Staff, work: DayOfWork, *, any_half: bool = False) -> None:
    """预约 (B1, B2): the customers are called, four days ahead; `any_half`: morning and afternoon suit them both."""
    for index, contract_no in enumerate(work.contracts):
        half = PLACES[index % len(PLACES)][0]
        call = clock(work.on - timedelta(days=AHEAD), 9, 30, plus=12 * index)
        body: dict[str, Any] = {"checklist": READY, "on": work.on.isoformat(), "half": None if any_half else half}
        if contract_no in work.late:
            body["consent"] = {"consented_by": "客户本人", "consented_how": "phone", "reason": "按客户方便的日子"}
        staff.tell(ASSISTANT, f"/api/jobs/D-{contract_no}/booking", body, at=call)


def place(staff: Staff, job: str, on: date, places: Sequence[tuple[str, str]], at: datetime) -> bool:
    """排班 (B8): the first of the places that takes the job."""
    for half, crew in places:
        slot = {"on": on.isoformat(), "half": half, "crew": crew}
        if staff.tell(ASSISTANT, f"/api/jobs/{job}/slot", slot, at=at):
            return True
    return False


def plan(staff: Staff, work: DayOfWork, *, late: bool) -> None:
    """排次日 (B4, B8): deliveries, and the installations that are owed; published by 17:00 (late: at 17:21)."""
    before = work.on - timedelta(days=1)
    for index, contract_no in enumerate(work.contracts):
        places = PLACES[index % len(PLACES) :] + PLACES[: index % len(PLACES)]
        place(staff, f"D-{contract_no}", work.on, places, clock(before, 15, 5, plus=3 * index))
    for index, job in enumerate(_installations_owed(staff, work.on)):
        places = INSTALL_PLACES[index % 4 :] + INSTALL_PLACES[: index % 4]
        place(staff, job, work.on, places, clock(before, 16, 10, plus=2 * index))
    published = clock(before, 17, 21) if late else clock(before, 16, 42)
    staff.tell(ASSISTANT, f"/api/days/{work.on}/publish", at=published)
    staff.settle()
    _call_the_day_before(staff, work.on)


def _call_the_day_before(staff: Staff, on: date) -> None:
    """在家确认, 上午/下午, 安装前电话 (B3, B5, B10): now and then one is forgotten (K3, K5)."""
    before, reached = on - timedelta(days=1), {"result": "reached"}
    for index, slot in enumerate(_slots(staff, on)):
        job = f"/api/jobs/{slot['job_id']}"
        if slot["kind"] == "delivery":
            if index % 7:
                staff.tell(ASSISTANT, f"{job}/home-confirmation", reached, at=clock(before, 16, 45, plus=3 * index))
            if index % 6 != 1:
                leader = LEADERS[slot["crew"]]
                staff.tell(leader, f"{job}/half-day-call", reached, at=clock(before, 18, 5, plus=4 * index))
        elif slot["kind"] == "installation":
            staff.tell(SPECIALIST, f"{job}/installation-call", reached, at=clock(before, 16, 20, plus=3 * index))


def _slots(staff: Staff, on: date) -> list[dict[str, Any]]:
    """The day's slots, in the order of their windows; none when nobody planned it."""
    try:
        day = staff[ASSISTANT].get(f"/api/days/{on}")
    except CallFailed:
        return []
    return sorted(day["slots"], key=lambda slot: str(slot["window"]["ends"]))


def _installations_owed(staff: Staff, on: date) -> list[str]:
    """Installations without a slot that are owed soon; now and then one is forgotten (K9)."""
    waiting = staff[ASSISTANT].get("/api/jobs", kind="installation", unscheduled=True, limit=50)["rows"]
    owed = sorted(job["job_id"] for job in waiting if job["due_at"] and job["due_at"][:10] >= on.isoformat())
    return [job for job in owed if int(job[-2:]) % 9]


def run(staff: Staff, work: DayOfWork, *, late_stop: bool) -> None:
    """当天 (B6, B11, B13, B16): morning feedback, loading, departure, signatures and cash, installations."""
    slots = [slot for slot in _slots(staff, work.on) if slot["kind"] != "visit"]
    deliveries = [slot for slot in slots if slot["kind"] == "delivery"]
    feedback = {"stops": [{"job_id": slot["job_id"], "ready": True} for slot in deliveries]}
    if deliveries:
        staff.tell(WAREHOUSE, f"/api/picklists/{work.on}/feedback", feedback, at=clock(work.on, 8, 22))
    for slot in deliveries:
        staff.tell(QC, f"/api/quality/{slot['contract_no']}/passes", {}, at=clock(work.on, 7, 40))
    staff.settle()
    for crew in sorted({slot["crew"] for slot in deliveries}):
        _load_and_depart(staff, work.on, crew)
    staff.settle()
    for index, slot in enumerate(slots):
        ends = datetime.fromisoformat(slot["window"]["ends"])
        if slot["kind"] == "delivery":
            if index % 5 != 3:
                ahead = datetime.fromisoformat(slot["window"]["starts"]) - timedelta(minutes=75)
                leader = LEADERS[slot["crew"]]
                staff.tell(leader, f"/api/jobs/{slot['job_id']}/arrival-call", {"result": "reached"}, at=ahead)
            _deliver(staff, slot, ends + timedelta(minutes=25 if late_stop and index == 0 else -12))
        elif slot["kind"] == "installation":
            accepted = {"accepted_by": "客户本人", "note": "安装完好，已清场"}
            at = ends - timedelta(minutes=15)
            staff.tell(LEADERS[slot["crew"]], f"/api/jobs/{slot['job_id']}/installation", accepted, at=at)
    for crew in sorted({slot["crew"] for slot in deliveries}):
        _hand_in(staff, work.on, crew)
    staff.settle()


def _load_and_depart(staff: Staff, on: date, crew: str) -> None:
    try:
        sheet = staff[SUPERVISOR].get(f"/api/runs/{on}/{crew}")
    except CallFailed:
        return
    counted = [{"job_id": stop["job_id"], "lines": [_count(line) for line in stop["lines"]]} for stop in sheet["stops"]]
    staff.tell(SUPERVISOR, f"/api/runs/{on}/{crew}/list", at=clock(on, 8, 25))
    load = f"/api/runs/{on}/{crew}/load"
    staff.tell(WAREHOUSE, load, {"counted": counted}, at=clock(on, 8, 45), second=LEADERS[crew])
    staff.settle()
    staff.tell(LEADERS[crew], f"/api/runs/{on}/{crew}/depart", at=clock(on, 8, 55))


def _count(line: dict[str, Any]) -> dict[str, int]:
    return {"line_no": line["line_no"], "quantity": line["quantity"]}


def _deliver(staff: Staff, slot: dict[str, Any], at: datetime) -> None:
    leader, path = LEADERS[slot["crew"]], f"/api/jobs/{slot['job_id']}"
    job = staff[leader].get(path)  # who collects sees what is due (C18)
    signed = {
        "delivered": [_count(line) for line in job["lines"]],
        "signed_by": "客户本人",
        "signature_ref": f"sign-{slot['job_id']}",
        "taught_use": True,
        "cash_fen": job["amount_due_fen"] or 0,
    }
    on_the_road = clock(civil_day(at), 9, 0)  # crews leave at 8:55, though the first window may end soon after
    staff.tell(leader, f"{path}/arrival", at=max(at - timedelta(minutes=20), on_the_road))
    staff.tell(leader, f"{path}/delivery", signed, at=at)


def _hand_in(staff: Staff, on: date, crew: str) -> None:
    """日清日结, 日报 (B16, B17): what is on the vehicle is handed in the same evening; the leader closes his day."""
    try:
        cash = staff[ACCOUNTANT].get(f"/api/runs/{on}/{crew}")["on_vehicle_fen"]
    except CallFailed:
        return
    run = f"/api/runs/{on}/{crew}"
    if cash:
        body = {"amount_fen": cash, "receipt_no": f"SJ{on:%m%d}-{crew}"}
        staff.tell(ACCOUNTANT, f"{run}/cash-in", body, at=clock(on, 18, 15), second=SUPERVISOR)
    staff.tell(LEADERS[crew], f"{run}/close", at=clock(on, 18, 30))
    if on.day % 5 or crew != "S2":
        check = dict.fromkeys(("lights", "brakes", "tyres", "fluids", "clean", "tools"), True)
        report = {"vehicle_check": check, "parking": "总仓停车场"}
        staff.tell(LEADERS[crew], f"{run}/report", report, at=clock(on, 18, 40))
