"""Events as the streams tell them, folded into the dashboards' rows as the projector folds them. Pure; no clock."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from company.policy import policy_book
from contracts.civil_time import civil
from contracts.dispatch_days import CrewOfDay, DayOpened, DayPublished, Slot, SlotConfirmed, SlotReserved
from contracts.dispatch_jobs import (
    Checklist,
    DeliveryCompleted,
    InstallationBooked,
    JobOpened,
    StopPublished,
    StopScheduled,
)
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, Half, JobKind, Window
from contracts.order import ContractSigned
from dashboards.board.cards import Incomplete, Viewer
from dashboards.board.day import Waiting, board_view
from dashboards.board.rows import BOARD_DAYS, by_date
from dashboards.board.view import BoardView, Card
from dashboards.main import PROJECTIONS
from dispatch.day.row import DAYS
from dispatch.job.row import JOB_FILES, JOBS
from dispatch.main import SERVICE as DISPATCH
from inventory.goods.row import PIECES
from order.contract.row import CONTRACTS
from order.product.row import PRODUCTS
from service_desk.ticket.row import TICKETS

NOW = datetime(2026, 3, 12, 8, 42, tzinfo=UTC)
"""Thursday 16:42 in Foshan."""
TODAY, ON = date(2026, 3, 12), date(2026, 3, 13)
EARLIER = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
CREWS = tuple(CrewOfDay.model_validate(crew.model_dump()) for crew in POLICY.crews)
PLAN_DUE = civil(TODAY, POLICY.plan_due)
ASSISTANT = Viewer(role="install_assistant")
READY = Checklist(switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True)

READ = (
    *PROJECTIONS,
    CONTRACTS.projection,
    PRODUCTS.projection,
    PIECES.projection,
    *DISPATCH.projections,
    TICKETS.projection,
)
"""Read models whose rows are folded here."""

Told = tuple[str, str, Fact, str, datetime]
"""Aggregate, service, event, who, when it was recorded."""


def told(aggregate: str, event: Fact, *, by: str = "he.jx", recorded: datetime | None = None) -> Told:
    """One event in its stream."""
    service = {
        "contract": "order",
        "product": "order",
        "goods": "inventory",
        "stock": "inventory",
        "ticket": "service_desk",
    }
    return (aggregate, service.get(aggregate.partition(":")[0], "dispatch"), event, by, recorded or event.at)


def rows_of(story: Sequence[Told]) -> dict[str, dict[str, Any]]:
    """Projection -> row id -> document, as stored."""
    rows: dict[str, dict[str, Any]] = {projection.name: {} for projection in READ}
    values: dict[tuple[str, str], dict[str, Any]] = {}
    sequences: dict[str, int] = {}
    for aggregate, service, event, by, recorded in story:
        sequences[aggregate] = sequences.get(aggregate, 0) + 1
        meta = Meta(
            id=f"{aggregate}/{sequences[aggregate]}",
            type=f"songda.{service}.{type(event).__name__}.v1",
            source=f"/songda/{service}",
            subject=aggregate,
            time=recorded,
            sequence=sequences[aggregate],
            causation_id="c",
            correlation_id="r",
            actor=by,
            command_offset=0,
        )
        for projection in READ:
            for facet in projection.facets:
                if facet.service == service and aggregate.partition(":")[0] in facet.prefixes:
                    row = projection.row(aggregate) + (f"#{meta.sequence:06d}" if projection.per_event else "")
                    known = values.setdefault((projection.name, row), {})
                    known[facet.name] = facet.fold(known.get(facet.name), event, meta)
                    document = rows[projection.name].get(row, {"_id": row})
                    places = {**document.get("_pos", {}), facet.name: {"seq": meta.sequence}}
                    rows[projection.name][row] = {**document, **facet.fields(known), "_pos": places}
    return rows


def board_of(
    story: Sequence[Told], *, on: date = ON, now: datetime = NOW, viewer: Viewer = ASSISTANT, more: int = 0
) -> BoardView:
    """The board that this story makes."""
    rows = rows_of(story)
    days = by_date([BOARD_DAYS.read(document) for document in rows[DAYS.name].values()])
    contracts = [(CONTRACTS.read(one), CONTRACTS.version(one)) for one in rows[CONTRACTS.name].values()]
    waits = [Incomplete(row, rev) for row, rev in contracts if not row.complete and not row.ended]
    jobs = [JOB_FILES.read(document) for document in rows[JOBS.name].values()]
    return board_view(days, jobs, Waiting(waits, more), on=on, now=now, policy=POLICY, viewer=viewer)


def placed_cards(view: BoardView) -> dict[str, Card]:
    """Cards in a slot by job id."""
    return {card.job_id: card for lane in view.lanes for cell in lane.cells for card in cell.cards}


def every_interleaving(*streams: Sequence[Told]) -> Iterator[list[Told]]:
    """All mixes that keep each stream's own order."""
    live = [stream for stream in streams if stream]
    if not live:
        yield []
    for stream in live:
        rest = [other if other is not stream else other[1:] for other in live]
        for mixed in every_interleaving(*rest):
            yield [stream[0], *mixed]


# --- a contract's way over the board ------------------------------------------------------------------------------

CUSTOMER = Customer(name="林艳", phone="17712347747", address="季华五路83号 16栋204", district="禅城区")


def line(number: int = 1, quantity: int = 2) -> ContractLine:
    return ContractLine(
        line_no=number,
        sku=f"WC-{number}",
        name="坐便器",
        spec="305",
        category="卫浴",
        quantity=quantity,
        unit_price_fen=99_900,
        to_install=True,
    )


def opened(
    job: str = "D-HT26030001",
    *,
    kind: JobKind = "delivery",
    volume_l: int = 5_900,
    complete_on: date | None = TODAY,
    promised_on: date | None = date(2026, 3, 20),
    due_at: datetime | None = None,
    customer: Customer = CUSTOMER,
) -> Told:
    event = JobOpened(
        at=EARLIER,
        job_id=job,
        kind=kind,
        contract_no=job[2:],
        ticket_id=None,
        customer=customer,
        lines=(line(),),
        volume_l=volume_l,
        amount_due_fen=460_100,
        promised_on=promised_on,
        complete_on=complete_on,
        due_at=due_at,
        summary="",
    )
    return told(f"job:{job}", event, by="system")


def booked(
    job: str = "D-HT26030001",
    *,
    on: date = ON,
    half: Half | None = "am",
    at: datetime = EARLIER,
    why: str | None = None,
) -> Told:
    event = InstallationBooked(
        at=at,
        job_id=job,
        on=on,
        half=half,
        checklist=READY,
        install_due=None,
        override_reason=why,
        booking_due=civil(on - timedelta(days=2), datetime.min.time()),
    )
    return told(f"job:{job}", event)


def window(on: date = ON, start: int = 9, end: int = 10) -> Window:
    """Civil hours."""
    midnight = civil(on, datetime.min.time())
    return Window(starts=midnight + timedelta(hours=start), ends=midnight + timedelta(hours=end))


def day_opened(on: date = ON, crews: tuple[CrewOfDay, ...] = CREWS) -> Told:
    due = civil(on - timedelta(days=1), POLICY.plan_due)
    return told(f"day:main:{on}", DayOpened(at=EARLIER, depot="main", on=on, crews=crews, plan_due=due))


def reserved(
    job: str = "D-HT26030001",
    *,
    on: date = ON,
    crew: str = "S1",
    half: Half = "am",
    position: int = 1,
    kind: JobKind = "delivery",
    volume_l: int = 5_900,
    at: datetime = EARLIER,
    reason: str | None = None,
    when: Window | None = None,
) -> Told:
    slot = Slot(
        job_id=job,
        kind=kind,
        contract_no=job[2:],
        crew=crew,
        half=half,
        position=position,
        window=when or window(on),
        volume_l=volume_l,
        lines=(),
    )
    expires = at + timedelta(minutes=2)
    event = SlotReserved(at=at, depot="main", on=on, slot=slot, expires_at=expires, adjustment_reason=reason)
    return told(f"day:main:{on}", event)


def confirmed(job: str = "D-HT26030001", *, on: date = ON) -> Told:
    return told(f"day:main:{on}", SlotConfirmed(at=EARLIER, depot="main", on=on, job_id=job))


def scheduled(
    job: str = "D-HT26030001",
    *,
    on: date = ON,
    crew: str = "S1",
    half: Half = "am",
    position: int = 1,
    when: Window | None = None,
) -> Told:
    event = StopScheduled(
        at=EARLIER,
        job_id=job,
        depot="main",
        on=on,
        half=half,
        crew=crew,
        vehicle="粤E·7K352",
        position=position,
        window=when or window(on),
    )
    return told(f"job:{job}", event)


def in_slot(job: str = "D-HT26030001", **where: Any) -> list[Told]:
    """Reserved, taken, confirmed."""
    place = {name: value for name, value in where.items() if name in {"on", "crew", "half", "position", "when"}}
    on = {"on": where["on"]} if "on" in where else {}
    return [reserved(job, **where), scheduled(job, **place), confirmed(job, **on)]


def published_day(*, on: date = ON, at: datetime = NOW, version: int = 1, by: str = "he.jx", **more: Any) -> Told:
    due = civil(on - timedelta(days=1), POLICY.plan_due)
    event = DayPublished(at=at, depot="main", on=on, version=version, due=due, stops=(), crews=CREWS)
    return told(f"day:main:{on}", event, by=by, **more)


def published_stop(job: str = "D-HT26030001", *, on: date = ON, leader: str = "li.zq") -> Told:
    event = StopPublished(at=NOW, job_id=job, on=on, crew="S1", leader=leader, version=1)
    return told(f"job:{job}", event, by="system")


def delivered(
    job: str = "D-HT26030001", *, at: datetime, recorded: datetime | None = None, when: Window | None = None
) -> Told:
    event = DeliveryCompleted(
        at=at,
        job_id=job,
        contract_no=job[2:],
        customer=CUSTOMER,
        crew="S1",
        leader="li.zq",
        delivered=(),
        lines=(),
        signed_by="林艳",
        signature_ref="sig-1",
        taught_use=True,
        cash_fen=0,
        window_ends=(when or window()).ends,
        install_due=None,
    )
    return told(f"job:{job}", event, by="li.zq", recorded=recorded)


def signed(number: str = "HT26030009", *, store: str = "S01", lines: tuple[ContractLine, ...] = ()) -> Told:
    event = ContractSigned(
        at=EARLIER,
        contract_no=number,
        store_code=store,
        store_name="季华店",
        signed_on=TODAY,
        customer=CUSTOMER,
        promised_on=date(2026, 3, 16),
        amount_due_fen=0,
        lines=lines or (line(1, 2), line(2, 1)),
    )
    return told(f"contract:{number}", event)
