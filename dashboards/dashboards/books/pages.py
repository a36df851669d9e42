"""对账: what the last verification of all books found, and one more of them at once (A9, A12; DESIGN §5)."""

from collections.abc import AsyncIterator, Sequence
from typing import assert_never
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from dashboards.books.report import BookFinding, BooksReport, BooksView
from dashboards.nav import SEES_BOOKS
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, renewed, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from runtime.decision import Rejected
from runtime.http import SignedIn
from runtime.nightly import Nightly
from runtime.route import takes

SHOWN = 200
"""Findings on the page; the spreadsheet has all of them."""
RENEWED_SECONDS = 3

router = PageRouter()


async def books_of(request: Request) -> BooksView:
    """How it stands now."""
    done = await _nightly(request).last()
    report = None if done.output is None else BooksReport.model_validate_json(done.output)
    return BooksView(checked_at=done.ended, report=report, running=done.running, failed_at=done.failed)


def _nightly(request: Request) -> Nightly:
    found: Nightly = request.app.state.nightly["books"]
    return found


def page_about(finding: BookFinding) -> str:
    """Where people look into it: the contract's page, the product's card (depot, product, line), the day's money."""
    name, _, rest = finding.where.partition(" ")
    match finding.book:
        case "pieces" | "money":
            return f"/orders/{name.partition('/')[0]}"
        case "card":
            return f"/warehouse/stock/{quote(rest.rpartition(' #')[0])}"
        case "cash":
            return f"/money?date={name}"
        case "transfer":
            return f"/warehouse/transfers/{name}"
    assert_never(finding.book)


@router.get("/books", include_in_schema=False)
@takes(*LOOKS)
@seated("books", SEES_BOOKS)
async def books_page(seat: Seat) -> Response:
    """The page; it renews itself while a verification is under way."""
    view = await books_of(seat.request)
    findings = view.report.findings if view.report else ()
    page = seat.show("books.html", view=view, findings=findings[:SHOWN], all=len(findings), page_about=page_about)
    return renewed(page, RENEWED_SECONDS) if view.running else page


@router.get("/books.xlsx", include_in_schema=False)
@takes(*LOOKS)
@seated("books", SEES_BOOKS)
async def books_sheet(seat: Seat) -> Response:
    """All findings, as a spreadsheet (X6)."""
    head = [seat.words(f"books.{name}") for name in ("book", "where", "what", "since", "event")]
    view = await books_of(seat.request)
    return await sheet(seat.words("books.title"), head, _lines(seat, view.report.findings if view.report else ()))


async def _lines(seat: Seat, findings: Sequence[BookFinding]) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    for one in findings:
        said = one.zh if words.lang == "zh" else one.en
        event = f"{one.since.type} {one.since.subject} #{one.since.sequence}"
        yield (words(f"books.book.{one.book}"), one.where, said, words.moment(one.since.at), event)


@router.get("/api/books", tags=["dashboards 看板"], summary="对账 What the last verification of the books found")
async def books_json(request: Request, caller: SignedIn) -> BooksView:
    """Each piece and each fen that is not in one place, with both figures and since which event (A9, A12).

    Verified every night, and when it is asked for."""
    caller.allow(*SEES_BOOKS)
    return await books_of(request)


@router.post("/api/books/verifications", tags=["dashboards 看板"], summary="现在对账 Verify the books now")
async def verify_books(request: Request, caller: SignedIn) -> BooksView:
    """Begins one, in a process of its own; 409 while one is running. Read what it found from `GET /api/books`."""
    caller.allow(*SEES_BOOKS)
    if not await _nightly(request).begin():
        caller.refuse(
            Rejected(
                "books_being_verified",
                "A9",
                "正在对账，请等这一次结束。",
                "The books are being verified; wait until that is done.",
            )
        )
    return await books_of(request)
