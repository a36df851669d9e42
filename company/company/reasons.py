"""Why the system itself did something, as it stands in events: Chinese, a space, English. A page shows its own half.

A reason that a person gave is shown as it was typed; one of these is known by its whole text, so none is changed or
taken away: yesterday's events hold it.
"""

from typing import Final

LEFT_BY_DELIVERY: Final = "送货后余件 left by a delivery"
"""Something is to be delivered once more (A10)."""
REST_DELIVERED: Final = "余件已送到 the rest was delivered"
"""Why a ticket for the rest of a delivery ends (A10)."""
CHECK_CORRECTED: Final = "验收更正 check corrected"
"""Before the reason that a person gave for it (D16)."""
CONTRACT_FULFILLED: Final = "合同完结 contract fulfilled"
CONTRACT_AMENDED: Final = "合同变更 contract amended"
COMPLETENESS_CORRECTED: Final = "货齐日更正 day of completeness corrected"
PAID: Final = "已收款 paid"
REFUNDED: Final = "已退款 refunded"
SENT_AHEAD: Final = "先送在库部分 what is here goes ahead"
COLLECTED: Final = "客户自提 the customer collects"
SITE_NOT_READY: Final = "现场未备好 site not ready"
BOOKED_ANEW: Final = "改约 booked for another day"
OTHER_DAY: Final = "改排他日 moved to another day"
OTHER_DEPOT: Final = "改由他仓发货 delivered from another depot"
"""Why a job leaves its slot: no crew of the depot that it leaves brings it (D17)."""
SAME_DAY: Final = "同日换位 moved within the day"
"""Of a release that the same job's next reservation follows; for any other reason the job leaves the slot."""
BACK_TO_BACKLOG: Final = "退回待排 back to the backlog"
EXPIRED: Final = "占位到期未用 not taken in time"
"""Of a release by the clock."""
GONE: Final = "占位已不在 gone before it was taken"
"""Of a release that tells a job that its slot was free already."""
REVERTED: Final = "有单未能跟上，已还原 put back, a job did not follow"
UNDONE: Final = "撤销 undone"
REDONE: Final = "重做 done again"
PUBLISHED_AGAIN: Final = "再次发布 published again"
"""Why an edition is told when nobody gave a reason (goods or window of a stop were corrected)."""
LEFT_BEHIND: Final = "未装车 not loaded"
"""Why a stop that was settled not to go leaves its slot (B11)."""
VISIT_CANCELLED: Final = "取消上门 cancelled"
CALENDAR_CORRECTED: Final = "日历更正 the calendar was corrected"
TAKEN_BACK: Final = "所说的已更正收回 what it tells of was taken back"
DAY_OVER: Final = "所说的日子已过 the day it speaks of is over"

BY_THE_SYSTEM: Final = (
    LEFT_BY_DELIVERY,
    REST_DELIVERED,
    CHECK_CORRECTED,
    CONTRACT_FULFILLED,
    CONTRACT_AMENDED,
    COMPLETENESS_CORRECTED,
    PAID,
    REFUNDED,
    SENT_AHEAD,
    COLLECTED,
    SITE_NOT_READY,
    BOOKED_ANEW,
    OTHER_DAY,
    OTHER_DEPOT,
    SAME_DAY,
    BACK_TO_BACKLOG,
    EXPIRED,
    GONE,
    REVERTED,
    UNDONE,
    REDONE,
    PUBLISHED_AGAIN,
    LEFT_BEHIND,
    VISIT_CANCELLED,
    CALENDAR_CORRECTED,
    TAKEN_BACK,
    DAY_OVER,
)
"""All of them."""


def of_language(text: str, *, chinese: bool) -> str:
    """A text with each reason of the system that stands in it in one language."""
    for reason in BY_THE_SYSTEM:
        if reason in text:
            zh, _, en = reason.partition(" ")
            text = text.replace(reason, zh if chinese else en)
    return text
