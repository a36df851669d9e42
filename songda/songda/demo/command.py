"""`songda demo`: bring everything up, import, play, and leave a board that moves."""

import json
import os
import time
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from contracts.civil_time import civil_day
from runtime.clock import utc_now
from runtime.settings import Settings
from songda.client import CallFailed
from songda.demo import aftersales, days
from songda.demo.dates import Weeks, write_weeks
from songda.demo.people import ASSISTANT, SPECIALIST, Staff, clock
from songda.demo.plan import Complete, DayOfWork, days_of_work
from songda.local import local_settings
from songda.stack import commands as stack

out = Console()

GRACE_SECONDS = "90"
"""The demo tells a fortnight in half a minute, all of it late: timers wait for the rest of the story (X1)."""
MOVE_SECONDS = 1.5
VISIT_AFTER = 5
"""Days from the damage to the visit."""


def demo(
    moves: Annotated[int, typer.Option(help="看板上再动几步 Moves on the board after the history.")] = 24,
) -> None:
    """演示 Bring everything up, import three weeks of files, play the days, and move cards while one watches."""
    os.environ.setdefault("SONGDA_TIMER_GRACE_SECONDS", GRACE_SECONDS)
    os.environ.setdefault("SONGDA_NOTIFY_QUIET_HOURS", "false")  # shown at any time of day
    stack.up(detach=True)
    settings = local_settings()
    staff = Staff(settings)
    try:
        today = _today_of_demo(settings)
        _import(staff, write_weeks(settings.home / "demo", today))
        work = _days(staff, today)
        if _played(settings):
            out.print("历史已经演过，接着动。The history was played before; moving on.")
        else:
            _history(staff, work, today)
            _mark_played(settings)
        address = f"{settings.address}/board?date={today + timedelta(days=1)}"
        out.print(f"\n[bold]派工板 dispatch board: {address}[/bold]\n   登录时选 何嘉欣（安装助理）sign in as 何嘉欣\n")
        _move(staff, work[-1], moves)
        out.print(
            f"演示完。{staff.asked} 个请求，{len(staff.refused)} 个被规则拒绝。系统还在运行："
            f"看板 {address}；[bold]make down[/bold] 停止。\n"
            f"Done: {staff.asked} requests, {len(staff.refused)} refused. It keeps running; make down stops it."
        )
        if staff.pins:
            pins = "  ".join(f"{person} {pin}" for person, pin in sorted(staff.pins.items()))
            out.print(f"第二人签认的 PIN（仅演示）PINs of the demo's people: {pins}", highlight=False)
        for refusal in staff.refused[:8]:
            out.print(f"  [dim]拒 {refusal}[/dim]", highlight=False)
    except CallFailed as no:
        out.print(f"[red]{no}[/red]", highlight=False)
        raise typer.Exit(1) from no
    finally:
        staff.close()


def _today_of_demo(settings: Settings) -> date:
    """The day that the demo's data ends on: today, or the day on which it was first played over this data."""
    note = _note(settings)
    today = civil_day(utc_now())
    if note.exists():
        begun = date.fromisoformat(json.loads(note.read_text())["today"])
        if begun != today:
            out.print(
                f"[yellow]演示数据是 {begun} 的；要新的请先 songda wipe --yes。"
                f"The demo's data is of {begun}; for today's, songda wipe --yes first.[/yellow]"
            )
        return begun
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"today": today.isoformat(), "played": False}))
    return today


def _note(settings: Settings) -> Path:
    """Beside the streams' data, so that wiping one wipes the other."""
    return settings.home / "demo" / "demo.json"


def _played(settings: Settings) -> bool:
    return bool(json.loads(_note(settings).read_text())["played"])


def _mark_played(settings: Settings) -> None:
    note = json.loads(_note(settings).read_text())
    _note(settings).write_text(json.dumps({**note, "played": True}))


def _import(staff: Staff, weeks: Weeks) -> None:
    """合同和物流文件 (A1, A2)."""
    report = staff[SPECIALIST].upload("/api/imports/contracts", weeks.contracts)
    out.print(f"合同：收 {report['taken']} 行，重复 {report['repeated']}，拒 {len(report['refused'])}")
    total = {"taken": 0, "repeated": 0, "refused": 0}
    with out.status("物流文件 logistics files …"):
        for file in weeks.logistics:
            report = staff[ASSISTANT].upload("/api/imports/logistics", file)
            total["taken"] += report["taken"]
            total["repeated"] += report["repeated"]
            total["refused"] += len(report["refused"])
        staff.settle()
    out.print(
        f"物流 {len(weeks.logistics)} 份：收 {total['taken']} 行，重复 {total['repeated']}，拒 {total['refused']}"
    )


def _days(staff: Staff, today: date) -> tuple[DayOfWork, ...]:
    rows = staff[ASSISTANT].get("/api/contracts", limit=500)["rows"]
    complete = [
        Complete(row["contract_no"], date.fromisoformat(row["complete_on"]), date.fromisoformat(row["promised_on"]))
        for row in rows
        if row["complete"]
    ]
    out.print(f"{len(rows)} 份合同，{len(complete)} 份货齐")
    return days_of_work(complete, today)


def _history(staff: Staff, work: tuple[DayOfWork, ...], today: date) -> None:
    """The past days, today as far as it has come, and tomorrow's bookings."""
    tickets: list[tuple[str, str, date]] = []
    for index, day in enumerate(work):
        if day.on > today:
            days.book(staff, day, any_half=True)
            continue
        with out.status(f"{day.on} …"):
            due = [(ticket, order_no) for ticket, order_no, on in tickets if on + timedelta(days=VISIT_AFTER) == day.on]
            days.book(staff, day)
            for ticket, order_no in due:
                aftersales.visit(staff, ticket, order_no, day.on)
            days.plan(staff, day, late=index == 4)
            days.run(staff, day, late_stop=index in {2, 5})
            for ticket, _ in due:
                aftersales.finish(staff, ticket, day.on)
            if index in {0, 5} and day.contracts:
                ticket = aftersales.damage(staff, day.contracts[0], day.on, "S1")
                tickets.append((ticket, aftersales.order_leftover(staff, ticket, day.on), day.on))
        out.print(f"  {day.on} 送 {len(day.contracts)} 单")
    _requests(staff, today)
    staff.settle()


def _requests(staff: Staff, today: date) -> None:
    """客户来电 (C1, C4): one answered, one forgotten (K13)."""
    for number, answered in (("R1", True), ("R2", False)):
        received = clock(today - timedelta(days=1), 9, 20)
        body = {
            "ticket_id": f"{number}-{today:%m%d}",
            "kind": "repair",
            "customer": {
                "name": "郑凯",
                "phone": "13800138000",
                "address": "佛山市禅城区祖庙路12号",
                "district": "禅城区",
            },
            "product": "淋浴房",
            "problem": "门胶条渗水",
            "proof": [f"photo-{number}"],
        }
        staff.tell(SPECIALIST, "/api/tickets", body, at=received)
        if answered:
            reply = {"note": "约今日上门"}
            staff.tell(SPECIALIST, f"/api/tickets/{body['ticket_id']}/reply", reply, at=received + timedelta(hours=2))


def _move(staff: Staff, tomorrow: DayOfWork, moves: int) -> None:
    """Tomorrow is being planned: cards go to crews, and from one to the other, a move every second and a half."""
    spots = cycle([(half, crew) for half in ("am", "pm") for crew in ("S1", "S2")])
    jobs = [f"D-{contract_no}" for contract_no in tomorrow.contracts]
    for done, job in enumerate(islice(cycle(jobs), moves), start=1):
        half, crew = next(spots)
        body = {"on": tomorrow.on.isoformat(), "half": half, "crew": crew, "adjustment_reason": "演示调整"}
        try:
            staff[ASSISTANT].post(f"/api/jobs/{job}/slot", body)
            out.print(f"  {job} → {crew} {'上午' if half == 'am' else '下午'}")
        except CallFailed as no:
            out.print(f"  [dim]{job} → {crew}: {no}[/dim]", highlight=False)
        if done % len(jobs) == 0:
            next(spots)
        time.sleep(MOVE_SECONDS)
