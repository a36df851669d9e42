"""The pages of a warehouse in which one of everything has happened, as its people see them."""

from dashboards_site import browser, site
from dashboards_story import NOW
from warehouse_story import (
    FOUND,
    checked,
    count,
    goods,
    inspected,
    lines,
    loan,
    lot,
    lot_book,
    move,
    picklist,
    printed,
    rows,
    scrap,
    slip,
    stock,
    stock_list,
    transfer,
)

from company.policy import policy_book

KEEPER, QC, ACCOUNTANT, ASSISTANT, MANAGER, LEADER, STORE, SPECIALIST = (
    "mai.gh",
    "lu.qc",
    "su.kj",
    "he.jx",
    "guan.yf",
    "li.zq",
    "wu.xm",
    "liang.my",
)
ORDER = policy_book().at(NOW).unloading_order
MOVES = (
    move(1, "received", 0, 9, put=[lot("A-05-2", 9)]),
    move(2, "moved", 9, 9, taken=[lot("A-05-2", 9)], put=[lot("B-01-1", 9)], quantity=9),
    move(3, "issued", 9, 8, taken=[lot("B-01-1", 1)]),
)
SLIP = slip(checked(good=1), FOUND)
STORY = rows(
    slips=[SLIP],
    goods=[goods()],
    lots=[lot_book()],
    loans=[loan()],
    scraps=[scrap()],
    stocklists=[stock_list()],
    transfers=[transfer()],
    inspections=[inspected(2)],
    labels=[printed()],
    picklists=[picklist()],
    stock=[stock("WC-1", lot("B-01-1", 6), lot("B-01-2", 2, "HT26030001"), lot("D-01", 1, pending=True))],
    moves=lines(*MOVES),
    counts=[count()],
)


async def get(path, person=KEEPER, story=STORY):
    """A page, as a person sees it."""
    async with browser(site(story), person) as client:
        return await client.get(path)
