"""E-mail (SMTP): posts to a mailing list, and the schedule to the warehouse (E5).

A mail server keeps no record that we could ask for. Whether it has the message is certain except when it breaks off
after the text was sent; then a person must say.
"""

import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Taken
from runtime.clock import utc_now

Security = Literal["none", "starttls", "tls"]

_TITLES = {
    "delay": "延期通知",
    "plan": "送货安排表",
    "adjustment": "送货安排调整",
    "feedback": "早上反馈",
    "cancellation": "合同取消",
    "escalation": "逾期上报",
    "quality": "重大质量问题",
    "fax": "送货安排表（请确认收到）",
}
_PERMANENT = 500
_CONNECT_SECONDS = 10.0


class SmtpSender:
    """Sends everything to one address."""

    askable = False

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Security,
        user: str,
        password: str,
        sender: str,
        receiver: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._user, self._password = user, password
        self._sender, self._receiver = sender, receiver
        self._tls = tls

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Hand it to the mail server."""
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
            timeout=_CONNECT_SECONDS,
        )
        try:
            await client.connect()
            if self._user:
                await client.login(self._user, self._password)
        except aiosmtplib.SMTPAuthenticationError:
            client.close()
            return NotTaken("mail server refuses our password", permanent=True)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return NotTaken(f"mail server cannot be reached: {type(error).__name__}", permanent=False)
        try:
            _, answer = await client.send_message(self._mail(parcel))
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [recipient.code for recipient in refused.recipients]
            return NotTaken(f"receiver refused: {codes}", permanent=all(code >= _PERMANENT for code in codes))
        except aiosmtplib.SMTPResponseException as refused:
            return NotTaken(f"mail server says {refused.code}", permanent=refused.code >= _PERMANENT)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ResultUnknown(f"mail server broke off: {type(error).__name__}") from error
        finally:
            client.close()
        return Taken(answer[:200])

    async def ask(self, question: Question) -> Known | Absent | CannotSay:  # noqa: ARG002 - all senders have it
        """A mail server cannot say what it sent."""
        return CannotSay()

    def _mail(self, parcel: Parcel) -> EmailMessage:
        mail = EmailMessage()
        mail["Message-ID"] = f"<{parcel.sending_id}@{self._sender.rpartition('@')[2]}>"
        mail["From"], mail["To"] = self._sender, self._receiver
        mail["Subject"] = f"【送达】{_TITLES.get(parcel.topic, '通知')}"
        mail["Date"] = format_datetime(utc_now())
        mail.set_content(parcel.text)
        return mail
