"""How the warehouse says no about a loan: what is wrong, and what to do."""

from datetime import date

from runtime.decision import Rejected


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "D12", zh, en)


def unknown_loan() -> Rejected:
    """No such loan."""
    return _no("unknown_loan", "没有这张借用单。请核对单号", "There is no such loan. Check the number")


def loan_closed(loan_no: str) -> Rejected:
    """Refused, back or charged."""
    return _no("loan_closed", f"借用单 {loan_no} 已经结束", f"Loan {loan_no} is closed")


def not_held(loan_no: str) -> Rejected:
    """The stock has not answered yet."""
    return _no(
        "not_held",
        f"借用单 {loan_no} 的货还没有留出。请稍候再试",
        f"The pieces of loan {loan_no} are not set apart yet. Try again in a moment",
    )


def not_out() -> Rejected:
    """Nothing is out."""
    return _no("loan_not_out", "这张借用单没有借出的货", "Nothing of this loan is out")


def due_passed(due_on: date) -> Rejected:
    """A date in the past."""
    return _no("due_passed", f"归还日期 {due_on} 已经过了。请改日期", f"The due date {due_on} has passed. Change it")


def too_many_back(loan_no: str, open_: int, pieces: int) -> Rejected:
    """No more comes back than is out."""
    return _no(
        "too_many_back",
        f"借用单 {loan_no} 还有 {open_} 件未还，不能登记 {pieces} 件",
        f"{open_} pieces of loan {loan_no} are out, not {pieces}",
    )


def loan_contradicts(loan_no: str) -> Rejected:
    """A loan is asked for once."""
    return _no(
        "loan_contradicts",
        f"借用单 {loan_no} 已经有了，内容不同。请用新的单号",
        f"Loan {loan_no} exists with other content. Use a new number",
    )


def loan_out(loan_no: str) -> Rejected:
    """What is out is no more refused."""
    return _no(
        "loan_out",
        f"借用单 {loan_no} 的货已借出，不能再拒绝。请等归还或作价",
        f"The pieces of loan {loan_no} are out; they come back or are charged",
    )


def not_approved(loan_no: str) -> Rejected:
    """First the approval."""
    return _no(
        "not_approved",
        f"借用单 {loan_no} 还没有批准，不能借出。请安装主管或经理审批",
        f"Loan {loan_no} is not approved. Ask the supervisor or the manager",
    )
