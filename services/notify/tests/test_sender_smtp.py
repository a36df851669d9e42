"""E-mail, against a real mail server on this machine."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from notify.message.request import message_id
from notify.senders.smtp import SmtpSender
from notify.sending import CannotSay, NotTaken, Parcel, Question, ResultUnknown, Taken

ID = message_id("cause-1/fax", 0)
FAX = Parcel(ID, "group", "fax", 0, "仓库 main", "【送货安排表】2026年3月14日", {})


class Mailbox:
    """What the mail server takes, and what it says."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to_receiver = "250 OK"
        self.to_data: str | None = "250 queued as 4711"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_receiver

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.to_data is None:
            assert server.transport is not None
            server.transport.abort()
            return "250 OK"
        return self.to_data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (b"songda", b"s3cret")
        return AuthResult(success=good, handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), authenticator=check, auth_require_tls=False
    )
    controller.start()
    yield controller
    controller.stop()


def sender(port: int, user: str = "", password: str = "") -> SmtpSender:
    return SmtpSender(
        host="127.0.0.1",
        port=port,
        security="none",
        user=user,
        password=password,
        sender="songda@example.com",
        receiver="warehouse@example.com",
    )


async def test_a_schedule_reaches_the_warehouse_by_mail_under_our_number(server: Controller, mailbox: Mailbox) -> None:
    """E5"""
    out = sender(server.port, "songda", "s3cret")
    result = await out.send(FAX)
    (mail,) = mailbox.mails
    assert (
        result,
        mail["Message-ID"],
        mail["From"],
        mail["To"],
        mail["Subject"],
        mail.get_content().strip(),
        await out.ask(Question(ID, "", None, "")),  # type: ignore[arg-type]
    ) == (
        Taken("queued as 4711"),
        f"<{ID}@example.com>",
        "songda@example.com",
        "warehouse@example.com",
        "【送达】送货安排表（请确认收到）",
        FAX.text,
        CannotSay(),
    )


async def test_a_wrong_password_sends_nothing(server: Controller, mailbox: Mailbox) -> None:
    """E4"""
    result = await sender(server.port, "songda", "wrong").send(FAX)
    assert (result, mailbox.mails) == (NotTaken("mail server refuses our password", permanent=True), [])


@pytest.mark.parametrize(("code", "permanent"), [(450, False), (550, True)])
async def test_a_receiver_that_is_refused(server: Controller, mailbox: Mailbox, code: int, *, permanent: bool) -> None:
    """E4"""
    mailbox.to_receiver = f"{code} no"
    assert await sender(server.port).send(FAX) == NotTaken(f"receiver refused: [{code}]", permanent=permanent)


@pytest.mark.parametrize(("code", "permanent"), [(452, False), (554, True)])
async def test_a_mail_that_is_refused(server: Controller, mailbox: Mailbox, code: int, *, permanent: bool) -> None:
    """E4"""
    mailbox.to_data = f"{code} no"
    assert await sender(server.port).send(FAX) == NotTaken(f"mail server says {code}", permanent=permanent)


async def test_a_server_that_hangs_up_after_the_text_leaves_it_open(server: Controller, mailbox: Mailbox) -> None:
    """E4"""
    mailbox.to_data = None
    with pytest.raises(ResultUnknown, match="mail server broke off"):
        await sender(server.port).send(FAX)


async def test_a_server_that_cannot_be_reached_has_nothing() -> None:
    """E4"""
    result = await sender(free_port()).send(FAX)
    assert result == NotTaken("mail server cannot be reached: SMTPConnectError", permanent=False)
