"""Cards of the dispatch board: one job as a viewer may see it, what is wrong with it and what it lacks. Pure.

Rules shown: A3, B1, B2 (lacks), B6, K8, K9 (risks), B8 (places), C18 (who may read a customer).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from company.masking import customer_for
from contracts.civil_time import civil_day
from contracts.fact import JobKind
from dashboards.board_rows import NOT_TOLD, Json
from dashboards.board_view import Card, Place, Risk, Say, Span, Status

WRITERS = frozenset({"install_assistant", "install_supervisor"})
"""Who plans (B4)."""
VISIT_WRITERS = frozenset({"cs_supervisor"})
"""Who besides them assigns service visits (RULES §1)."""
ROAD = frozenset({"crew_leader", "crew", "technician"})
"""Who sees the own crew's stops only (RULES §1)."""
NO_MONEY = frozenset({"warehouse", "qc", "crew", "technician"})
"""Who is not shown what a customer still owes."""

WARN_DAYS = 2
"""A promise that close before the board's day is marked: one planning day is left to keep it."""
WARN_BEFORE_END = timedelta(minutes=30)
"""A stop on the road is marked when its promised window ends that soon."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: role id, the crew by day of somebody on the road, for a store the numbers of its contracts."""

    role: str
    crews: Mapping[date, str | None] = field(default_factory=dict)
    contracts: frozenset[str] | None = None
    """None: may see every contract."""
    past: bool = False
    """The board of a moment that is over (X2): nothing can be moved on it."""

    @property
    def plans(self) -> bool:
        """Whether this person may plan this board (B4)."""
        return not self.past and self.role in WRITERS

    def moves(self, kind: JobKind) -> bool:
        """Whether this person may give jobs of a kind their place."""
        if self.past:
            return False
        return self.role in WRITERS or (kind == "visit" and self.role in VISIT_WRITERS)

    def sees_lane(self, crew: str, on: date) -> bool:
        """Whether this person may see a crew's stops of a day: people on the road where they work that day (C18)."""
        return self.role not in ROAD or self.crews.get(on) == crew

    def sees(self, contract_no: str) -> bool:
        """Whether this person may see the cards of a contract."""
        return self.contracts is None or contract_no in self.contracts


def placed(job: Json | None, slot: Json, crew: Json, *, on: date, now: datetime, viewer: Viewer) -> Card:
    """A card in its slot. The job's row may be a moment behind the day's: then the slot says what is known.

    A job that failed here and was booked anew has left for good, but this day keeps showing what came of it.
    """
    known = _unknown(slot) if job is None else job
    here = known["on"] == on.isoformat()
    failure = next((one for one in known["failures"] if one["on"] == on.isoformat()), None)
    status: Status = known["progress"] if here else "plan" if failure is None else "fail"
    ended = known["ended"] if here else failure
    window = Span(starts=slot["window"]["starts"], ends=slot["window"]["ends"])
    card = _card(known, viewer, status=status)
    return card.model_copy(
        update={
            "seq": slot["position"],
            "window": window,
            "vehicle": crew["vehicle"],
            "place": Place(on=on, crew=slot["crew"], half=slot["half"], position=slot["position"]),
            "risk": placed_risk({**known, "ended": ended}, status, window, on=on, now=now),
            "held": not slot["confirmed"],
            "movable": viewer.moves(known["kind"]) and status in {"plan", "pub"},
        }
    )


def _unknown(slot: Json) -> Json:
    return {
        "job_id": slot["job_id"],
        "contract_no": "",
        "kind": slot["kind"],
        "rev": 0,
        "customer": {"name": "…", "phone": "", "address": "", "district": ""},
        "goods": [],
        "summary": "",
        "volume_l": slot["volume_l"],
        "amount_due_fen": 0,
        "promised_on": None,
        "complete_on": None,
        "due_at": None,
        "overdue": False,
        "booked": None,
        "not_ready": None,
        "warehouse": None,
        "ended": None,
        "failures": [],
        "on": None,
        "stage": "placed",
        "progress": "plan",
        "dues": {},
        **NOT_TOLD,
    }


def _card(job: Json, viewer: Viewer, *, status: Status) -> Card:
    booked = job["booked"] or {"on": None, "half": None}
    delivery = job["kind"] == "delivery"
    money = viewer.role not in NO_MONEY and delivery
    customer = customer_for(viewer.role, job["customer"])
    return Card(
        job_id=job["job_id"],
        contract_no=job["contract_no"],
        kind=job["kind"],
        status=status,
        rev=job["rev"],
        name=customer["name"],
        district=customer["district"],
        address=customer["address"],
        phone=customer["phone"],
        lines=len(job["goods"]),
        goods="" if delivery else (job["summary"] or _goods(job)),
        volume_l=job["volume_l"],
        amount_due_fen=job["amount_due_fen"] if money else None,
        promised_on=job["promised_on"] and date.fromisoformat(job["promised_on"]),
        wanted_on=wanted_on(job),
        wanted_half=booked["half"],
    )


def _goods(job: Json) -> str:
    return "、".join(f"{line['name']} {line['quantity']}" for line in job["goods"][:2])


def placed_risk(job: Json, status: Status, window: Span, *, on: date, now: datetime) -> Risk | None:
    """The first thing that is wrong with a card in a slot: failed, past its time (K8, K9), short of goods (B6)."""
    if status == "fail":
        return Risk(level="late", say=Say(code="risk.failed", facts={"cause": job["ended"]["note"]}))
    if status in {"done", "cancel"}:
        return None
    if job["trouble"] is not None:
        return Risk(level="late", say=_trouble(job["trouble"]))
    due = job["due_at"] and datetime.fromisoformat(job["due_at"])
    if job["kind"] == "installation" and due and (job["overdue"] or now > due):
        return Risk(level="late", say=Say(code="risk.install_overdue"))
    if now > window.ends and job["kind"] == "delivery":
        return Risk(level="late", say=Say(code="risk.window_over", facts=_minutes(now - window.ends)))
    told = job["warehouse"]
    if told is not None and not told["ready"]:
        return Risk(level="warn", say=Say(code="risk.short", facts={"note": told["note"]}))
    if job["complete_on"] is None and job["kind"] == "delivery" and job["contract_no"]:
        return Risk(level="warn", say=Say(code="risk.incomplete"))
    call = _call_due(job, now)
    if call is not None:
        return call
    if status in {"way", "site"} and window.ends - now < WARN_BEFORE_END:
        return Risk(level="warn", say=Say(code="risk.window_ends", facts=_minutes(window.ends - now)))
    if job["kind"] == "installation" and due and window.ends > due:
        return Risk(level="warn", say=Say(code="risk.install_late"))
    promised = job["promised_on"] and date.fromisoformat(job["promised_on"])
    if promised and job["kind"] == "delivery" and on > promised:
        return Risk(level="warn", say=Say(code="risk.after_promise", facts={"days": (on - promised).days}))
    return None


def _trouble(trouble: Json) -> Say:
    """What the leader told (B7), or that the office is asked about the goods (B14)."""
    return Say(code=f"risk.trouble.{trouble['cause']}", facts={"note": trouble["note"]})


def _call_due(job: Json, now: datetime) -> Risk | None:
    """A call that is owed soon or overdue: home confirmed (K3), installation (K10), arrival (K6), half-day (K5)."""
    owed = {"home": "home", "install_call": "install_called", "arrival_call": "arrival", "half_day": "half_told"}
    for due_name, done_name in owed.items():
        told = job[done_name]
        if told is not None and told["result"] == "reached":
            if due_name == "home" and not told["at_home"]:
                return Risk(level="late", say=Say(code="risk.not_home", facts={"note": told["note"]}))
            continue
        due_text = job["dues"].get(due_name)
        if due_text is None or job["slot"] is None or job["progress"] not in CALLED_IN[due_name]:
            continue
        due = datetime.fromisoformat(due_text)
        if now > due:
            return Risk(level="late", say=Say(code=f"risk.call_over.{due_name}", facts={"at": due_text}))
        if due - now < WARN_BEFORE_CALL:
            facts = {"at": due_text, **_minutes(due - now)}
            return Risk(level="warn", say=Say(code=f"risk.call_due.{due_name}", facts=facts))
    return None


CALLED_IN = {
    "home": frozenset({"plan", "pub"}),
    "install_call": frozenset({"plan", "pub"}),
    "half_day": frozenset({"pub"}),
    "arrival_call": frozenset({"pub", "way"}),
}
"""While a card shows a call that is owed: before the work of the stop begins."""
WARN_BEFORE_CALL = timedelta(hours=2)


def _minutes(span: timedelta) -> dict[str, str | int]:
    return {"minutes": int(span.total_seconds() // 60)}


def wanted_on(job: Json) -> date | None:
    """The day agreed with the customer, else the day by which it is owed (B10)."""
    if job["booked"] is not None:
        return date.fromisoformat(job["booked"]["on"])
    return civil_day(datetime.fromisoformat(job["due_at"])) if job["due_at"] else None


def lacks(job: Json) -> tuple[Say, ...]:
    """What stands between a job and a slot: goods (A3, unless overridden), a ready site (B2), a booking (B1)."""
    found = []
    partial = job["booked"] is not None and job["booked"]["override"]
    if job["kind"] == "delivery" and job["complete_on"] is None and not partial:
        found.append(Say(code="lack.goods"))
    if job["not_ready"] is not None:
        found.extend(Say(code=f"lack.site.{item}") for item in job["not_ready"]["missing"])
        found.append(Say(code="lack.call_back", facts={"on": job["not_ready"]["call_back_on"]}))
    elif job["kind"] == "delivery" and job["booked"] is None:
        found.append(Say(code="lack.booking"))
    return tuple(found)


def waiting_card(job: Json, *, on: date, now: datetime, viewer: Viewer) -> Card:
    missing = lacks(job)
    card = _card(job, viewer, status="wait")
    return card.model_copy(
        update={
            "lacks": missing,
            "risk": waiting_risk(job, on=on, now=now),
            "movable": viewer.moves(job["kind"]) and not missing,
        }
    )


def waiting_risk(job: Json, *, on: date, now: datetime) -> Risk | None:
    """Amber while the promise is near, red once it has passed; for an installation its two days (K9)."""
    if job["kind"] == "installation" and job["due_at"]:
        late = job["overdue"] or now > datetime.fromisoformat(job["due_at"])
        return Risk(level="late", say=Say(code="risk.install_overdue")) if late else None
    if job["kind"] != "delivery" or job["promised_on"] is None:
        return None
    left = (date.fromisoformat(job["promised_on"]) - on).days
    if left < 0:
        return Risk(level="late", say=Say(code="risk.promise_over", facts={"days": -left}))
    if left == 0:
        return Risk(level="warn", say=Say(code="risk.promise_day"))
    return Risk(level="warn", say=Say(code="risk.promise_near", facts={"days": left})) if left <= WARN_DAYS else None


def contract_card(contract: Json, viewer: Viewer, *, on: date, now: datetime) -> Card:
    lines = contract["lines"]
    here = sum(line["here"] >= line["quantity"] for line in lines)
    awaited = [line for line in lines if line["here"] < line["quantity"]]
    etas = [line["eta"] for line in awaited if line["eta"]]
    late = any(line["delayed"] for line in awaited)
    goods = Say(code="lack.lines_delayed" if late else "lack.lines", facts={"here": here, "of": len(lines)})
    eta = (Say(code="lack.eta", facts={"on": max(etas)}),) if etas else ()
    job: dict[str, Any] = {
        **_unknown({"job_id": f"D-{contract['contract_no']}", "kind": "delivery", "volume_l": 0}),
        "contract_no": contract["contract_no"],
        "customer": contract["customer"],
        "goods": awaited,
        "promised_on": contract["promised_on"],
    }
    card = _card(job, viewer, status="wait")
    return card.model_copy(
        update={"rev": contract["rev"], "lacks": (goods, *eta), "risk": waiting_risk(job, on=on, now=now)}
    )
