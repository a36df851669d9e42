"""Every "no" of a job, in words for people: what is wrong, and what to do."""

from collections.abc import Iterable
from datetime import date

from dispatch.domain.booking_rules import CHECKLIST_ZH
from dispatch.domain.words import day_zh
from runtime.decision import Rejected


def unknown_job() -> Rejected:
    """No such job."""
    return Rejected(
        "unknown_job",
        "",
        "没有这一单。货齐之后才会出现待排的送货单（A3）；请核对单号。",
        "There is no such job. A delivery appears once its contract is complete (A3); check the number.",
    )


def stop_is_at(job: str, status: str, on: date | None, crew: str | None) -> Rejected:
    """C18: where a job is; `status` as its row would show it, "" without a place."""
    return Rejected(
        "stop_is_at",
        "C18",
        f"{job} 没有排进班组。" if on is None else f"{job} 排在 {day_zh(on)} {crew}。",
        f"{job} has no place." if on is None else f"{job} is planned for {on}, crew {crew}.",
        {"job_id": job, "status": status, "on": None if on is None else on.isoformat(), "crew": crew},
    )


def already_departed(job: str) -> Rejected:
    """B11: the plan of a job that left is history."""
    return Rejected(
        "already_departed",
        "B11",
        f"{job} 已出车或已结束，不能再改排。",
        f"{job} is on the road or over; it cannot be planned anew.",
        {"job_id": job},
    )


def over(job: str) -> Rejected:
    """B13: it ended otherwise already."""
    return Rejected(
        "already_over",
        "B13",
        f"{job} 已结束，不能再签收或报未送成。",
        f"{job} is over; it can be neither delivered nor failed again.",
        {"job_id": job},
    )


def too_late_to_book(job: str) -> Rejected:
    """B1: on the road or over."""
    return Rejected(
        "too_late_to_book",
        "B1",
        f"{job} 已出车或已结束，不能再预约。",
        f"{job} is on the road or over; it cannot be booked.",
        {"job_id": job},
    )


def not_complete(contract_no: str) -> Rejected:
    """A3: only complete goods are booked and planned."""
    return Rejected(
        "not_complete",
        "A3",
        f"合同 {contract_no} 还没有货齐，不能预约或排单。要部分送货，请安装主管写明理由后预约。",
        f"Contract {contract_no} is not complete. For a partial delivery the supervisor books with a reason.",
        {"contract_no": contract_no},
    )


def day_missing() -> Rejected:
    """B1: the site is ready, so a day is agreed."""
    return Rejected(
        "day_missing",
        "B1",
        "现场已备好，请填写与客户约定的日期。",
        "The site is ready: give the day that was agreed with the customer.",
    )


def day_in_the_past(on: date, called_on: date) -> Rejected:
    """B1: nobody agrees on yesterday."""
    return Rejected(
        "day_in_the_past",
        "B1",
        f"约定日 {day_zh(on)} 早于通话日 {day_zh(called_on)}，请改日期。",
        f"The agreed day {on} lies before the call on {called_on}; choose another day.",
        {"on": on.isoformat(), "called_on": called_on.isoformat()},
    )


def notice_too_short(on: date, called_on: date, earliest: date) -> Rejected:
    """B1: at least three days ahead."""
    return Rejected(
        "notice_too_short",
        "B1",
        f"{day_zh(called_on)}的电话最早可约 {day_zh(earliest)}，不能约 {day_zh(on)}。要提前，请安装主管写明理由。",
        f"A call on {called_on} can agree on {earliest} at the earliest, not on {on}. "
        "For less notice the installation supervisor gives a reason.",
        {"on": on.isoformat(), "called_on": called_on.isoformat(), "earliest": earliest.isoformat()},
    )


def call_back_missing(missing: Iterable[str], called_on: date, days: int) -> Rejected:
    """B2: a site that is not ready waits with a call-back date."""
    items = tuple(missing)
    return Rejected(
        "call_back_missing",
        "B2",
        f"现场未备好：{'、'.join(CHECKLIST_ZH[item] for item in items)}。请填写回访日（{days} 天之内），备好后再约。",
        f"The site is not ready ({', '.join(items)}): give a call-back day within {days} days; book once it is ready.",
        {"missing": ",".join(items), "called_on": called_on.isoformat(), "within_days": days},
    )


def site_not_ready(missing: Iterable[str], call_back_on: date | None) -> Rejected:
    """B2: cannot be scheduled."""
    items = tuple(missing)
    return Rejected(
        "site_not_ready",
        "B2",
        f"现场未备好：{'、'.join(CHECKLIST_ZH[item] for item in items)}。请回访客户，备好并预约后再排。",
        f"The site is not ready ({', '.join(items)}): call the customer back and book before planning.",
        {"missing": ",".join(items), "call_back_on": None if call_back_on is None else call_back_on.isoformat()},
    )


def not_booked(job: str) -> Rejected:
    """B1: first the call."""
    return Rejected(
        "not_booked",
        "B1",
        f"{job} 还没有与客户预约，不能排。请先打预约电话。",
        f"{job} is not booked with the customer. Make the booking call first.",
        {"job_id": job},
    )


def other_day_agreed(job: str, agreed: date, on: date) -> Rejected:
    """B1: the customer's word binds the plan."""
    return Rejected(
        "other_day_agreed",
        "B1",
        f"{job} 与客户约的是 {day_zh(agreed)}，不能排在 {day_zh(on)}。请先与客户改约。",
        f"{job} is agreed with the customer for {agreed}, not for {on}. Book the other day with the customer first.",
        {"job_id": job, "agreed": agreed.isoformat(), "on": on.isoformat()},
    )


def goods_changed(job: str) -> Rejected:
    """B8: the slot was made for other goods than the job has now."""
    return Rejected(
        "goods_changed",
        "B8",
        f"{job} 的货刚有变动，占位的体积已不对。请刷新后重排。",
        f"The goods of {job} have just changed and the slot was made for the old ones. Reload and plan again.",
        {"job_id": job},
    )


def overtaken(job: str) -> Rejected:
    """B8: somebody planned the job anew meanwhile."""
    return Rejected(
        "overtaken",
        "B8",
        f"{job} 刚被别人改排到同一天的另一个位置。请刷新后再看。",
        f"Somebody has just given {job} another place of that day. Reload and look again.",
        {"job_id": job},
    )


def not_in_plan(job: str, on: date) -> Rejected:
    """B4: the stop is not, or no longer, where the plan says."""
    return Rejected(
        "not_in_plan",
        "B4",
        f"{job} 不在 {day_zh(on)} 已发布的这个位置。请刷新安排表。",
        f"{job} is not in that place of the plan of {on}. Reload the plan.",
        {"job_id": job, "on": on.isoformat()},
    )


def not_on_the_way(job: str, rule: str) -> Rejected:
    """B13, B14: first the vehicle departs."""
    return Rejected(
        "not_on_the_way",
        rule,
        f"{job} 还没有出车，不能签收或报未送成。",
        f"{job} has not departed; it can be neither signed for nor reported as not deliverable.",
        {"job_id": job},
    )


def consent_missing(job: str) -> Rejected:
    """B14: nothing goes back or into deposit without the office."""
    return Rejected(
        "consent_missing",
        "B14",
        f"{job} 送不成：须先报办公室，得到同意后才能退回或寄存。请填写同意人。",
        f"{job}: goods go back or into deposit only with the office's consent. Say who agreed.",
        {"job_id": job},
    )


def not_delivered() -> Rejected:
    """B10: an installation follows a delivery."""
    return Rejected(
        "not_delivered",
        "B10",
        "还没有签收送货，不能安装。安装单在送货签收后出现。",
        "Nothing was delivered yet. The installation appears once the delivery is signed for.",
    )


def not_scheduled(job: str) -> Rejected:
    """B10: first a slot."""
    return Rejected(
        "not_scheduled",
        "B10",
        f"{job} 还没有排给安装组，不能报完成。请先排单。",
        f"{job} has no slot with an installation crew. Plan it first.",
        {"job_id": job},
    )


def not_an_installation(job: str) -> Rejected:
    """B10: the wrong kind of job."""
    return Rejected(
        "not_an_installation",
        "B10",
        f"{job} 不是安装单；安装单的单号以 I- 开头。",
        f"{job} is no installation; those begin with I-.",
        {"job_id": job},
    )


def not_a_visit(job: str) -> Rejected:
    """C9: the wrong kind of job."""
    return Rejected(
        "not_a_visit",
        "C9",
        f"{job} 不是上门单；上门单的单号以 V- 开头。",
        f"{job} is no visit; those begin with V-.",
        {"job_id": job},
    )


def cancelled(job: str, reason: str) -> Rejected:
    """A6: the contract is no more."""
    return Rejected(
        "cancelled",
        "A6",
        f"{job} 已取消（{reason}），不再预约、排单或送货。车上有货的请带回仓库。",
        f"{job} was cancelled ({reason}): no booking, no plan, no delivery. Goods on a vehicle come back.",
        {"job_id": job},
    )


def photos_missing(job: str) -> Rejected:
    """B13: refused or damaged pieces are written down with photos."""
    return Rejected(
        "photos_missing",
        "B13",
        f"{job} 有拒收或破损的货：请拍照并写明原因。",
        f"{job}: refused or damaged pieces are written down with photos and a reason.",
        {"job_id": job},
    )


def consent_differs(job: str, goods: str) -> Rejected:
    """B14: the goods go where the office agreed."""
    zh = "退回" if goods == "returned" else "寄存"
    return Rejected(
        "consent_differs",
        "B14",
        f"{job}：办公室同意的是{zh}，请按同意的办，或重新请示。",
        f"{job}: the office agreed that the goods are {goods}. Do that, or ask again.",
        {"job_id": job, "goods": goods},
    )


def own_consent(job: str) -> Rejected:
    """B14: the office agrees, not the crew."""
    return Rejected(
        "own_consent",
        "B14",
        f"{job}：同意人须是办公室的人，不能是领队自己。",
        f"{job}: the office agrees, not the leader himself. Say who in the office did.",
        {"job_id": job},
    )


def signature_missing(job: str) -> Rejected:
    """B14: nothing is left without a signature."""
    return Rejected(
        "signature_missing",
        "B14",
        f"{job} 寄存的货须有收存人签字，请补签收凭证。",
        f"{job}: goods are left in deposit only against a signature. Add it.",
        {"job_id": job},
    )
