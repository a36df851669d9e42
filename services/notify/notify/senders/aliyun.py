"""SMS through Aliyun (阿里云短信服务), by its own SDK: SendSms, and QuerySendDetails to ask what became of a message.

Our number travels as OutId, and comes back in details and receipts. The SDK signs each call (ACS3-HMAC-SHA256) and is
told never to repeat one: what it cannot know, nobody may repeat blindly (E4).
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import httpx
from alibabacloud_dysmsapi20170525.client import Client  # type: ignore[import-untyped]
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException, ThrottlingException  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.utils_models import Config  # type: ignore[import-untyped]
from darabonba.exceptions import DaraException, UnretryableException  # type: ignore[import-untyped]
from darabonba.runtime import RuntimeOptions  # type: ignore[import-untyped]

from contracts.civil_time import SHANGHAI, civil_day
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Taken
from runtime.clock import utc_now

_LATER = ("Throttling", "isv.BUSINESS_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.DAY_LIMIT")
"""Codes that say: not now. Any other refusal stays one."""
_UNSURE = ("isp.SYSTEM_ERROR", "isp.UNKNOWN")
"""Codes after which the message may have gone out."""
_PAGE = 50
_PAGES = 4
_WAITING, _FAILED = 1, 2
_MILLISECONDS = 5_000


class AliyunSender:
    """Sends with one account and signature. `templates`: our template number -> Aliyun's code."""

    askable = True

    def __init__(
        self, *, endpoint: str, key_id: str, key_secret: str, sign_name: str, templates: Mapping[int, str]
    ) -> None:
        url = httpx.URL(endpoint)
        config = Config(
            access_key_id=key_id,
            access_key_secret=key_secret,
            endpoint=url.netloc.decode(),
            protocol=url.scheme.upper(),
            connect_timeout=_MILLISECONDS,
            read_timeout=2 * _MILLISECONDS,
        )
        self._client = Client(config)
        self._once = RuntimeOptions(autoretry=False, max_attempts=1)
        self._sign_name = sign_name
        self._templates = dict(templates)

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Give it to Aliyun, which fills in its own copy of the template."""
        code = self._templates.get(parcel.template)
        if code is None:
            return NotTaken(f"template {parcel.template} has no Aliyun code", permanent=True)
        request = SendSmsRequest(
            phone_numbers=parcel.to,
            sign_name=self._sign_name,
            template_code=code,
            template_param=json.dumps(dict(parcel.words), ensure_ascii=False),
            out_id=parcel.sending_id,
        )
        try:
            response = await self._client.send_sms_with_options_async(request, self._once)
        except ThrottlingException as error:
            return NotTaken(str(error.code), permanent=False)
        except ClientException as error:
            return _refused(str(error.code))
        except (AlibabaCloudException, DaraException, UnretryableException, OSError) as error:
            raise ResultUnknown(f"Aliyun: {type(error).__name__}") from error
        said = str(response.body.code)
        return Taken(str(response.body.biz_id), receipts=True) if said == "OK" else _refused(said)

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        """Look through what Aliyun sent to this number since then, for our number."""
        days = {civil_day(question.since), civil_day(utc_now())}
        for day in sorted(days)[:2]:
            found = await self._look(question, day)
            if found is not None:
                return found
        return Absent()

    async def _look(self, question: Question, day: date) -> Known | None:
        for page in range(1, _PAGES + 1):
            request = QuerySendDetailsRequest(
                phone_number=question.to, send_date=f"{day:%Y%m%d}", page_size=_PAGE, current_page=page
            )
            try:
                response = await self._client.query_send_details_with_options_async(request, self._once)
            except (AlibabaCloudException, DaraException, UnretryableException, OSError) as error:
                raise ResultUnknown(f"Aliyun: {type(error).__name__}") from error
            if response.body.code != "OK":
                raise ResultUnknown(f"Aliyun: {response.body.code}")
            listed = response.body.sms_send_detail_dtos
            details: list[Any] = [] if listed is None else listed.sms_send_detail_dto or []
            for detail in details:
                if detail.out_id == question.sending_id:
                    return _known(detail, question.provider_ref)
            if len(details) < _PAGE:
                break
        return None


def _refused(code: str) -> NotTaken:
    if code.startswith(_UNSURE):
        raise ResultUnknown(code)
    return NotTaken(code, permanent=not code.startswith(_LATER))


def _known(detail: Any, ref: str) -> Known:
    if detail.send_status is None or int(detail.send_status) == _WAITING:
        return Known(ref, receipts=True)
    received = datetime.strptime(detail.receive_date, "%Y-%m-%d %H:%M:%S") if detail.receive_date else None  # noqa: DTZ007
    return Known(
        ref,
        receipts=True,
        delivered=int(detail.send_status) != _FAILED,
        at=None if received is None else received.replace(tzinfo=SHANGHAI),
        reason=str(detail.err_code or ""),
    )
