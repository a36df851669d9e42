"""A consultation is settled on the phone: guided, followed up two hours later, closed without a visit."""

from datetime import timedelta

from desk_cases import CUSTOMER, NINE, NOW, POLICY, SPECIALIST, asked_by, given, names, opened

from contracts.service_desk_duties import DutyEscalated, DutyOverdue
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from contracts.service_desk_tickets import TicketReplied
from service_desk.clocks import follow_up_watch, reply_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.ticket.consultation import SOLVED as SOLVED_WORDS
from service_desk.ticket.consultation import AnswerByPhone, FollowUp
from service_desk.ticket.ending import CloseTicket, still_missing
from service_desk.ticket.ticket import TICKET, due

ASKED = opened(kind="consultation", counts_as_quality=False)
ANSWER = AnswerByPhone(answer="重启恒温阀")
REPLIED = TicketReplied(at=NOW, ticket_id="T-1", note="重启恒温阀", due=reply_watch(NINE, POLICY).due)
ANSWERED = ConsultationAnswered(
    at=NOW,
    ticket_id="T-1",
    answer_no=1,
    customer=CUSTOMER,
    answer="重启恒温阀",
    watch=follow_up_watch(NOW, 1, POLICY),
)
DUE = NOW + timedelta(hours=2)
SOLVED = FollowedUp(at=NOW, ticket_id="T-1", answer_no=1, solved=True, note="", due=DUE)
UNSOLVED = SOLVED.model_copy(update={"solved": False})


def test_advice_is_a_reply_too_and_a_follow_up_is_owed() -> None:
    """C6, K13, K16"""
    assert [
        given(ASKED).asks(ANSWER, SPECIALIST).decided,
        given(ASKED, REPLIED).asks(ANSWER, SPECIALIST).decided,
        given(ASKED, REPLIED, ANSWERED).asks(ANSWER, SPECIALIST).decided,
    ] == [(REPLIED, ANSWERED), (ANSWERED,), ()]


def test_only_a_consultation_is_settled_on_the_phone() -> None:
    """C6"""
    given(opened()).asks(ANSWER, SPECIALIST).refuses(no("not_a_consultation"))


def test_the_follow_up_says_whether_it_helped() -> None:
    """C6, K16"""
    told = FollowUp(solved=True)
    assert [
        given(ASKED, REPLIED, ANSWERED).asks(told, SPECIALIST).decided,
        given(ASKED, REPLIED, ANSWERED, SOLVED).asks(told, SPECIALIST).decided,
        given(ASKED, REPLIED, ANSWERED, UNSOLVED).asks(told, SPECIALIST).decided,
        given(ASKED, REPLIED).asks(told, SPECIALIST).decided,
    ] == [(SOLVED,), (), no("followed_up", solved=SOLVED_WORDS[False]), no("no_advice")]


def test_a_second_follow_up_with_another_note_is_refused() -> None:
    """C6, X7"""
    told = FollowUp(solved=True, note="客户又问了价格")
    given(ASKED, REPLIED, ANSWERED, SOLVED).asks(told, SPECIALIST).refuses(no("followed_up", solved=SOLVED_WORDS[True]))


def test_advice_that_did_not_help_is_followed_by_other_advice() -> None:
    """C6"""
    again = given(ASKED, REPLIED, ANSWERED, UNSOLVED).asks(ANSWER, SPECIALIST).decided
    assert again == (ANSWERED.model_copy(update={"answer_no": 2, "watch": follow_up_watch(NOW, 2, POLICY)}),)


def test_a_consultation_closes_without_a_visit_once_it_helped() -> None:
    """C6, C11"""
    stories = [(ASKED, REPLIED), (ASKED, REPLIED, ANSWERED), (ASKED, REPLIED, ANSWERED, UNSOLVED)]
    assert [given(*story).asks(CloseTicket(), SPECIALIST).decided for story in stories] == 3 * [
        still_missing(("advice",))
    ]
    closed = given(ASKED, REPLIED, ANSWERED, SOLVED).asks(CloseTicket(), SPECIALIST).decided
    assert isinstance(closed, tuple)
    assert [(event.event, getattr(event, "how", "")) for event in closed] == [("TicketClosed", "phone")]


def test_a_follow_up_that_nobody_makes_is_overdue_and_told_upwards() -> None:
    """K16, X4"""
    watch = KeepWatch(duty="K16", item="1")
    named = {
        "subject": "ticket:T-1",
        "duty": "K16",
        "item": "1",
        "owner_role": "cs_specialist",
        "owner": None,
        "due": DUE,
    }
    story = given(ASKED, REPLIED, ANSWERED).state
    assert TICKET.decide(watch, story, asked_by("system", now=DUE)) == (
        DutyOverdue.model_validate({"at": DUE, **named}),
        DutyEscalated.model_validate({"at": DUE, **named, "level": 1, "told": "cs_supervisor"}),
    )
    assert [timer.at for timer in due(story)] == [DUE - timedelta(minutes=30)]
    assert due(given(ASKED, REPLIED, ANSWERED, SOLVED).state) == ()
    assert names(given(ASKED, REPLIED, ANSWERED, SOLVED).asks(watch, asked_by("system", now=DUE)).decided) == []
