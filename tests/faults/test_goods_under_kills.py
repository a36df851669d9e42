"""Order and inventory on real Kafka, killed again and again while people work with them: every invariant still holds.

Sixty contracts live at once, as chance will have it (`SONGDA_TEST_SEED` repeats the choices): registered, brought in by
hand, by the company's file, by slips and out of free stock, damaged, amended, cancelled, delivered, refused, returned;
meanwhile goods are moved, set aside and counted. Workers and reactors of order, inventory and dispatch are killed amid
it (SIGKILL). Then everything settles, and is held to what must be true, from the read models and from the streams:

- stock never falls below zero, a balance is the sum of its moves, nothing is held that is not on hand, and a piece is
  in one place: after every single move of every card (D6, D8);
- a contract is complete exactly when every line lies undamaged in the warehouse or has left for the customer: after
  every decision by what the contract knows, and at the end by what the warehouse's own books say (A3);
- amended or cancelled at whatever moment, nothing stays reserved (A6);
- cards follow goods: for every contract and product, and for each fact there is one move, once (D6, D7);
- every paper has one number, and the numbers of a kind and year have no gap (D11);
- nothing accepted is lost and nothing happened twice: each answer is on its stream as it was given, each reaction to
  each event has been decided, nobody's event is nobody's (X1); the same request again gets the same answer.

The books that judge are kept by the test itself, from the events alone (`harness.goods_books`, `contract_books`); the
product's own (`songda verify books`) must find nothing either.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from harness import chains
from harness.contract_books import ContractBooks
from harness.contract_lives import PHOTO, PICTURE, SKUS, Life
from harness.goods_books import GoodsBooks, same_lots
from harness.office import Office
from harness.parted import SECRET, Parted
from harness.seeds import seed_of
from harness.stacks import Stack
from harness.streams import Happened, history
from harness.topics import committed
from harness.voucher_books import numbers_are_right, papers_of
from harness.waiting import PATIENCE, eventually
from harness.warehouse_work import Keeper

import dispatch.main
import inventory.main
import order.main
from contracts.order import ArrivalReported
from runtime.settling import groups_of, settler
from songda.books.verifying import SERVICES as VERIFIED
from songda.books.verifying import verify
from songda.streams import event_spans

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

CONTRACTS = 60
AT_ONCE = 20
KILLS = 5
APART = (40, 100)
"""Answers from one kill to the next, at least and at most."""
FREE = 6
"""Free pieces of each product to begin with."""
SERVICES = {service.name: service for service in (order.main.SERVICE, inventory.main.SERVICE, dispatch.main.SERVICE)}
GOODS = ("order", "inventory")
MAY_BE_REFUSED = {
    ("inventory.settle_exception", "not_missing"),  # the contract got the piece elsewhere meanwhile
    ("inventory.settle_exception", "contract_cancelled"),
    ("inventory.settle_exception", "unknown_line"),
    ("inventory.settle_exception", "not_enough_in_bin"),  # somebody settled the pending pieces by hand before
}
"""What reactions ask for on somebody's behalf. Whatever only follows a fact must never be refused (D8, X1)."""

BY_THE_CLOCK = ("InboundPapersOverdue", "FeedbackOverdue")
"""What falls due in the warehouse on the days on which these contracts are delivered (K7, K18)."""

Histories = dict[str, list[Happened]]


@pytest.fixture
async def parted(own_stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Parted]:
    made = Parted(own_stack, tmp_path, seed_of(request))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
async def office(parted: Parted) -> AsyncIterator[Office]:
    made = Office(parted.front.url, SECRET)
    yield made
    await made.close()


async def test_whatever_is_killed_goods_cards_and_contracts_agree_and_every_invariant_holds(
    parted: Parted, office: Office
) -> None:
    """A3, A6, D4, D6, D7, D8, D11, X1"""
    await parted.start()
    assert await office.put("mai.gh", PICTURE) == PHOTO
    await Keeper(office, parted.seed, "first").stock_up(FREE)
    load = asyncio.create_task(everybody_works(parted.seed, office))
    await strike_amid(load, parted, office)
    await load
    print(f"killed: {parted.killed}; {office.summary()}")
    await settled(parted)
    histories = {
        name: await history(parted.settings.kafka_bootstrap, name, parted.settings.partitions) for name in SERVICES
    }
    books, contracts = GoodsBooks(histories["inventory"]), ContractBooks(histories["order"])
    print(f"events: { {name: len(events) for name, events in histories.items()} }; {what_happened(histories)}")
    print(f"papers: { {letters: len(papers) for letters, papers in papers_of(histories).items()} }")
    await keeps_its_word(parted, office, histories)
    by_hand = sum(told.accepted and told.path.startswith("/api/stock/") for told in office.book)
    found = {
        "after an event of the warehouse": books.wrong,
        "after a decision about a contract": contracts.wrong,
        "moves and their causes": books.moved_once_for_each_cause(by_hand),
        "pieces": books.every_piece_is_accounted_for(),
        "cards and goods": books.cards_follow_goods(),
        "brought back": books.failed_deliveries_are_back(histories["dispatch"]),
        "kept in vain": books.nothing_kept_in_vain(),
        "contracts and goods": contracts.agree_with(books),
        "numbers of papers": numbers_are_right(histories),
        "books of the product": await books_of_the_product(parted),
        "rows of stock": await rows_of_stock(office, books),
        "rows of contracts": await rows_of_contracts(office, contracts, books),
    }
    wrong = [f"{where}: {what}" for where, all_of_it in found.items() for what in all_of_it]
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:30])


async def books_of_the_product(parted: Parted) -> list[str]:
    """What `songda verify books` finds (A9, A12)."""
    report = await verify(parted.settings, await event_spans(parted.settings, VERIFIED), lambda _: None)
    assert report.events > 0
    return [f"{one.where}: {one.en}, since {one.since}" for one in report.findings]


async def everybody_works(seed: int, office: Office) -> None:
    """All contracts live, some at a time; the warehouse works as long as they do."""
    waiting = [Life(office, number, seed) for number in range(CONTRACTS, 0, -1)]

    async def contracts() -> None:
        while waiting:
            await waiting.pop().live()

    living = [asyncio.create_task(contracts()) for _ in range(AT_ONCE)]
    mover, counter = Keeper(office, seed, "mover"), Keeper(office, seed, "counter")

    async def work(keeper: Keeper, *, counts: bool) -> None:
        while not all(life.done() for life in living):
            await (keeper.count() if counts else keeper.handle())
            await asyncio.sleep(0.05)

    try:
        await asyncio.gather(*living, work(mover, counts=False), work(counter, counts=True))
    finally:
        for life in living:
            life.cancel()
    print(f"approved adjustments: {counter.adjusted}")


async def strike_amid(load: "asyncio.Task[None]", parted: Parted, office: Office) -> None:
    """Kill one of the processes, again and again, at moments that are told by how far the load has come."""
    chance = random.Random(f"{parted.seed}/kills")
    for _ in range(KILLS):
        moment = office.answers + chance.randint(*APART)
        await eventually(partial(come_to, office, load, moment), f"{moment} answers", every=0.02)
        parted.strike(chance)


def come_to(office: Office, load: "asyncio.Task[None]", answers: int) -> bool:
    """Whether so many requests have been answered, while others are still to come."""
    if load.done():
        load.result()
        raise AssertionError(f"all was over before {answers} answers: give people more to do")
    return office.answers >= answers


async def settled(parted: Parted) -> None:
    """Everything that was asked has run its course."""
    for victim in parted.victims.values():
        await victim.ready()
    groups = groups_of(parted.settings, SERVICES, tuple(f"{name}.events" for name in SERVICES))
    assert await settler(parted.settings, groups)(PATIENCE), "not everything has run its course"


async def keeps_its_word(parted: Parted, office: Office, histories: Histories) -> None:
    """Nothing accepted is lost, nothing happened twice, nothing happened that nobody asked for."""
    address, partitions = parted.settings.kafka_bootstrap, parted.settings.partitions
    decided, wrong = {}, []
    for name in SERVICES:
        decided[name], twice = await chains.outcomes(address, name, partitions)
        wrong += [*twice, *chains.sequences(histories[name])]
        wrong += [f"dead letter of {name}" for _ in await committed(address, f"{name}.dead-letters", partitions)]
    following = chains.consequences(SERVICES, histories, decided)
    refused = {key: times for key, times in following.refused.items() if key[0].startswith(GOODS)}
    print(f"reactions: {len(following.asked)} asked; refused: {refused}")
    of_goods = {name: histories[name] for name in GOODS}
    wrong += [*following.wrong, *chains.requests_kept(office.book, of_goods), *rows_of_files(office, histories)]
    asked = {told.answer["command_id"] for told in office.book if told.accepted}
    for name in GOODS:
        own = [event for event in histories[name] if not isinstance(event.fact, ArrivalReported)]
        wrong += chains.uncalled_for(own, asked | following.asked.keys(), BY_THE_CLOCK)
    wrong += [f"{reaction} was refused: {code}" for reaction, code in refused.keys() - MAY_BE_REFUSED]
    wrong += await asked_once_more(parted, office)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])


def rows_of_files(office: Office, histories: Histories) -> list[str]:
    """Each row of the company's file that was taken has arrived, once; of the others is nothing (A2)."""
    told = Counter(event.fact.waybill for event in histories["order"] if isinstance(event.fact, ArrivalReported))
    rows = {text.splitlines()[1].split(",")[4]: int(not report["refused"]) for text, report in office.files}
    return [f"row {row}: {told[row]} arrivals, taken {taken}" for row, taken in rows.items() if told[row] != taken]


async def asked_once_more(parted: Parted, office: Office) -> list[str]:
    """Requests of any time, sent once more under their keys: the answers of then."""
    of_one = [told for told in office.book if told.command_id and told.accepted and told.answer["events"]]
    wrong = []
    for told in random.Random(f"{parted.seed}/again").sample(of_one, 20):
        again = await office.send(told.person, told.path, told.body, told.key, told.aggregate_id)
        same = {name: told.answer[name] for name in ("events", "version", "command_id")}
        if {name: again.answer.get(name) for name in same} != same:
            wrong.append(f"{told.path}: answered {told.answer}, and later {again.answer}")
    return wrong


async def rows_of_stock(office: Office, books: GoodsBooks) -> list[str]:
    """Stock and bin card, as people see them, against the books (D6)."""
    wrong = []
    for sku in SKUS:
        row, card = await office.see(f"/api/stock/{sku}"), await office.see(f"/api/stock/{sku}/card")
        lots, book = books.lots(sku), books.cards[sku]
        pending = sum(n for *_, is_pending, n in lots if is_pending)
        held = sum(n for _, who, is_pending, n in lots if who is not None and not is_pending)
        expected = (book.balance, book.balance - held - pending, held, pending, lots)
        seen = (row["on_hand"], row["free"], row["held"], row["pending"], same_lots(row["lots"]))
        if seen != expected:
            wrong.append(f"{sku}: the row says {seen}, the books {expected}")
        if [move["move_no"] for move in card["moves"]] != list(range(1, book.last + 1)):
            wrong.append(f"{sku}: the card shows {len(card['moves'])} moves of {book.last}")
        if card["balance"] != book.balance:
            wrong.append(f"{sku}: the card shows {card['balance']}, the books {book.balance}")
    return wrong


async def rows_of_contracts(office: Office, contracts: ContractBooks, books: GoodsBooks) -> list[str]:
    """Contracts and their goods, as people see them, against the books (A3, A6)."""
    wrong = []
    for no, book in contracts.contracts.items():
        contract, goods = await office.see(f"/api/contracts/{no}"), await office.see(f"/api/goods/{no}")
        told = ((contract["state"] == "cancelled"), (contract["state"] == "fulfilled"))
        if told != (book.cancelled, book.fulfilled) or goods["cancelled"] != book.cancelled:
            wrong.append(f"{no} is {contract['state']}, the books say {book}")
        missing = {one["line_no"]: one["missing"] for one in contract["missing"]}
        complete = book.complete and not book.cancelled  # one that is cancelled is complete no longer
        if (contract["complete"], missing) != (complete, book.missing()):
            wrong.append(f"{no}: complete {contract['complete']}, missing {missing}; the books say {book}")
        lines = books.lines[no]
        here = {one["line_no"]: one["here"] for one in goods["lines"]}
        kept = {line_no: lines[line_no, sku].here for line_no, sku in books.current[no].items()}
        if here != kept:
            wrong.append(f"{no}: {here} here by its row, {kept} by the books")
    return wrong


def what_happened(histories: Histories) -> dict[str, int]:
    """How often the things that matter happened: a history without them proves nothing."""
    names = Counter(type(event.fact).__name__ for events in histories.values() for event in events)
    wanted = (
        ("ContractAmended", "ContractCancelled", "GoodsCompleted", "CompletenessLost", "ContractFulfilled")
        + ("GoodsArrived", "DamageReported", "GoodsReleased", "GoodsIssued", "GoodsReturned", "GoodsReturnAwaited")
        + ("AllocationAsked", "AllocationRefused", "GoodsUnclaimed", "CountAdjusted", "HeldPiecesMissed")
        + ("DeliveryCompleted", "DeliveryFailed", "StockMoved")
    )
    return {name: names[name] for name in wanted}
