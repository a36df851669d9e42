"""Pages and sheets that lack something say so."""

from io import BytesIO
from typing import Any

import pytest
from dashboards_site import RowsInMemory, browser, site
from openpyxl import load_workbook

from runtime.lacking import HEADER, note


class Behind(RowsInMemory):
    """A read model with three aggregates parked."""

    async def find(self, *asked: Any, **how: Any) -> list[Any]:
        note("contracts", 3)
        return await super().find(*asked, **how)


async def get(path: str, *, behind: bool = True) -> Any:
    app = site({})
    if behind:
        app.state.rows["contracts"] = Behind({})
    async with browser(app, "liang.my") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/orders", "3 条数据暂未更新"),
        ("/orders?lang=en", "3 entries are not up to date"),
    ],
)
async def test_a_page_with_figures_that_lack_something_says_so_in_its_language(path: str, words: str) -> None:
    """DESIGN §7"""
    lacks, whole = await get(path), await get(path, behind=False)
    assert (lacks.status_code, lacks.headers[HEADER], words in lacks.text) == (200, "contracts=3", True)
    assert (whole.status_code, HEADER in whole.headers, 'id="lacks"' in whole.text) == (200, False, False)


async def test_a_sheet_that_lacks_something_says_so_in_its_last_line() -> None:
    lacks, whole = await get("/orders.xlsx"), await get("/orders.xlsx", behind=False)
    lines = [[cell.value for cell in line] for line in load_workbook(BytesIO(lacks.content)).active.iter_rows()]
    assert lacks.headers[HEADER] == "contracts=3"
    assert str(lines[-1][0]).startswith("3 条数据暂未更新")
    assert load_workbook(BytesIO(whole.content)).active.max_row == 1
