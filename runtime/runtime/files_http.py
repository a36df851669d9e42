"""HTTP of the file store: take a photo, signature or paper; serve it only to who may see it (C18).

Office and warehouse see every file. A store, a crew or a technician sees a file that was put for a subject that is
theirs (`?subject=contract:HT26030001`), or that they put themselves. Whether a subject is somebody's is told by the
system's `subjects`; a kind of subject that it does not know is nobody's.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from runtime.decision import Rejected
from runtime.file_kinds import EXTENSIONS, kind_of
from runtime.http import Caller, Refusal, SignedIn
from runtime.objects import FileDamaged, FileRefused, Objects, hex_of
from runtime.route import Router

SubjectRule = Callable[[Caller, str], Awaitable[bool]]
"""Whether the subject with this id belongs to who asks."""

router = Router(prefix="/api", tags=["files 文件"])

SubjectInQuery = Annotated[
    str | None, Query(pattern=r"^[a-z]{2,20}:[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", examples=["contract:HT26030001"])
]


class FileTaken(BaseModel):
    """A file that was taken; `ref` is what events and commands name it by."""

    ref: str
    media_type: str
    size: int
    url: str


@router.post(
    "/files",
    status_code=201,
    summary="存照片、签名、单据 Put a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                },
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def put_file(request: Request, caller: SignedIn, subject: SubjectInQuery = None) -> FileTaken:
    """One file, as multipart field `file` or as the raw body: JPEG, PNG, WebP or PDF by content. The same content
    again gets the same reference. `subject` lets the subject's own store, crew or technician see it too.

    Errors: 413 file_too_large, 415 type_not_allowed, 422 empty_file, broken_file, one_file_please.
    """
    largest = int(request.app.state.settings.max_file_bytes)
    if subject is not None and not await _may_see_subject(caller, subject):
        raise _hidden()
    content = await _content(request, largest)
    subjects = [f"person:{caller.person.id}", *([subject] if subject else [])]
    try:
        stored = await _objects(request).put(content, max_bytes=largest, subjects=subjects)
    except FileRefused as refused:
        raise _refused(refused.code, largest) from refused
    address = f"/api/files/{stored.sha256}" + (f"?subject={subject}" if subject else "")
    return FileTaken(ref=stored.ref, media_type=stored.media_type, size=stored.size, url=address)


@router.get(
    "/files/{ref}",
    summary="看照片、签名、单据 See a file",
    response_class=Response,
    responses={200: {"content": {media_type: {} for media_type in EXTENSIONS}}},
)
async def get_file(
    ref: Annotated[str, Path(max_length=71)], request: Request, caller: SignedIn, subject: SubjectInQuery = None
) -> Response:
    """The content of `<hex>` or `sha256:<hex>`. Photos open in the page, papers are saved; never run as a page.

    Errors: 422 bad_ref, 404 unknown_file (also for a file that who asks may not see).
    """
    name = hex_of(ref)
    if name is None:
        raise Refusal(
            422,
            Rejected(
                "bad_ref",
                "",
                "文件编号应是 sha256: 加 64 位小写十六进制数字",
                "A file is named by sha256: and 64 lower-case hex digits",
            ),
        )
    if not await _may_see(request, caller, name, subject):
        raise _hidden()
    headers = {"ETag": f'"{name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if request.headers.get("if-none-match", "").strip() == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    try:
        content = await _objects(request).get(name)
    except FileDamaged as damaged:
        raise Refusal(
            500,
            Rejected(
                "file_damaged",
                "",
                "文件存储出了问题：内容与编号不符，没有显示。请报给技术人员",
                "The stored content does not match its number and is not shown. Tell the engineers",
                {"file": name},
            ),
        ) from damaged
    media_type = None if content is None else kind_of(content)
    if content is None or media_type is None:
        raise _hidden()
    shown = "attachment" if media_type == "application/pdf" else "inline"
    return Response(
        content,
        media_type=media_type,
        headers={
            **headers,
            "Content-Disposition": f'{shown}; filename="{name[:16]}.{EXTENSIONS[media_type]}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


async def _content(request: Request, largest: int) -> bytes:
    """The bytes of the one file in the request, read no further than `largest`."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        taken = bytearray()
        async for piece in request.stream():
            taken += piece
            if len(taken) > largest:
                raise _refused("file_too_large", largest)
        return bytes(taken)
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            files = [value for value in form.values() if isinstance(value, UploadFile)]
            if len(files) != 1:
                raise _one_please()
            content = await files[0].read(largest + 1)
    except HTTPException as broken:  # what the framework makes of a form that cannot be read
        raise _one_please() from broken
    return content


async def _may_see(request: Request, caller: Caller, name: str, subject: str | None) -> bool:
    """The role, or the file being the asker's own, or the file belonging to a subject that is the asker's."""
    if caller.person.role in caller.request.app.state.sees_all_files:
        return True
    objects = _objects(request)
    if await objects.belongs(name, f"person:{caller.person.id}"):
        return True
    return subject is not None and await _may_see_subject(caller, subject) and await objects.belongs(name, subject)


async def _may_see_subject(caller: Caller, subject: str) -> bool:
    if caller.person.role in caller.request.app.state.sees_all_files:
        return True
    kind, _, subject_id = subject.partition(":")
    rules: Mapping[str, SubjectRule] = caller.request.app.state.subjects
    return kind in rules and await rules[kind](caller, subject_id)


def _objects(request: Request) -> Objects:
    objects: Objects = request.app.state.objects
    return objects


def _hidden() -> Refusal:
    """One answer for what does not exist and what is not shown: the difference would tell."""
    return Refusal(
        404,
        Rejected(
            "unknown_file",
            "C18",
            "没有这个文件，或者您不能看它。请从合同或工单里打开",
            "There is no such file, or you may not see it. Open it from its contract or ticket",
        ),
    )


def _one_please() -> Refusal:
    return Refusal(
        422,
        Rejected(
            "one_file_please",
            "",
            "请每次上传一个文件，字段名 file",
            "Send one file at a time, in the form field file",
        ),
    )


def _refused(code: str, largest: int) -> Refusal:
    mib = f"{largest / (1 << 20):g} MiB"
    words: dict[str, tuple[int, str, str, dict[str, Any]]] = {
        "empty_file": (422, "文件是空的，请重新选择", "The file is empty; choose it again", {}),
        "file_too_large": (
            413,
            f"文件超过 {mib}，请缩小照片或分成几份再传",
            f"The file is larger than {mib}; shrink the photo or split the paper",
            {"max_bytes": largest},
        ),
        "type_not_allowed": (
            415,
            "只收 JPEG、PNG、WebP 照片和 PDF（按内容判断，不看文件名）",
            "Only JPEG, PNG and WebP photos and PDF are taken, judged by content, not by name",
            {},
        ),
        "broken_file": (
            422,
            "文件不完整或已损坏，请重新拍照或重新导出后再传",
            "The file is incomplete or damaged; take the photo or export the paper again",
            {},
        ),
    }
    status, zh, en, facts = words[code]
    return Refusal(status, Rejected(code, "", zh, en, facts))
