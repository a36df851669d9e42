"""One AsyncAPI 3.0 document per service: its event stream, for whoever subscribes to it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from contracts.publishing.recordings import Recording
from contracts.publishing.schemas import Schema

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stream:
    """What a reader must know of a service's stream that no event says: whose it is, and what its keys look like."""

    zh: str
    en: str
    keys: tuple[str, ...]


STREAMS: Mapping[str, Stream] = {
    "order": Stream("合同", "contract", ("contract:HT26030001", "product:TC-600", "draft:HT26030001")),
    "inventory": Stream(
        "仓库",
        "warehouse",
        ("goods:HT26030001", "picklist:main:2026-03-13", "series:RK", "transfer:DB260401-1a2b3c"),
    ),
    "dispatch": Stream(
        "派工", "dispatch", ("job:D-HT26030001", "day:main:2026-03-13", "run:2026-03-13:S1", "fleet:main")
    ),
    "service_desk": Stream(
        "售后",
        "after-sales",
        (
            "ticket:T-0001",
            "casefile:HT26030001",
            "quality:WC-100",
            "visitplan:ZF-2026-1",
            "callback:CB-HT26030001",
            "calendar:main",
        ),
    ),
    "notify": Stream(
        "通知",
        "message",
        (
            "message:0f1f5b0e-1c77-5c53-9d6c-1f1d6a3c9b11",
            "call:5b0b7f9e-7e0a-5f38-9d06-0c1d92a4b7aa",
            "receiver:3f1c5d0e-0c55-5a5b-8d53-2a9b6f1c7e10",
        ),
    ),
}

_HEADERS: Mapping[str, str] = {
    "ce_specversion": "CloudEvents 版本 | version of CloudEvents, 1.0",
    "ce_id": "事件编号 | id of the event (UUID), the same however often it is read",
    "ce_type": "事件类型与版本 | what the value is, with its version; skip what you do not know",
    "ce_source": "来源服务 | the service that recorded it",
    "ce_subject": "聚合编号，等于消息键 | the aggregate it is about; equals the record's key",
    "ce_time": "记录时间 (UTC) | when it was recorded; when it happened is `at` in the value",
    "ce_dataschema": "JSON Schema 编号 | `$id` of the value's JSON Schema",
    "ce_sequence": "聚合版本 | 1, 2, 3, ... per aggregate, without a gap",
    "ce_causationid": "命令编号 | id of the command that caused it",
    "ce_correlationid": "业务链编号 | one id through the whole chain of causes",
    "ce_actor": "操作人 | person id, or `system`",
    "ce_commandoffset": "命令位置 | offset of its command; of use to the service itself",
    "ce_requestdigest": "请求摘要 (可缺 | optional) | of a request with an Idempotency-Key; of use to the service",
    "content-type": "内容类型 | application/json",
    "traceparent": "W3C Trace Context (可缺 | optional)",
}

_ABOUT = """\
{zh}服务的事件流。每条记录是一件已经发生的事：CloudEvents 1.0（Kafka 二进制模式），属性在消息头，内容是 JSON。
同一个键（聚合编号）的事件在同一分区内按 `ce_sequence` 递增，从不删除、从不修改。
请用 `isolation.level=read_committed`、自己的 consumer group 读取；遇到不认识的 `ce_type` 或字段，请跳过。
金额单位为分（`_fen`），时间为 UTC，日期（`_on`、`on`）为上海日历日。姓名、电话、地址是个人信息，请按规定保护。

The event stream of the {en} service. Each record is a fact: CloudEvents 1.0 in Kafka's binary mode, attributes in
the headers, JSON in the value. Events of one key (the aggregate id) lie in one partition, their `ce_sequence` goes up
by one; nothing is ever deleted or changed. Read with `isolation.level=read_committed` and a consumer group of your own;
skip types and fields that you do not know. Money is in fen (`_fen`), times are UTC, dates (`_on`, `on`) are days in
Shanghai. Names, phones and addresses are personal data: protect them as the law asks.
"""


def document(
    service: str, schemas: Mapping[str, Schema], recorded: Mapping[str, Recording], retired: Collection[str]
) -> Json:
    """The AsyncAPI document of a service.

    `schemas`: all published ones of this service by wire name; `recorded` gives each message its example; `retired`
    names the versions that are read but no longer written.
    """
    stream = STREAMS[service]
    topic, channel = f"{service}.events", f"{service}_events"
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:songda:{service}",
        "info": {
            "title": f"songda 送达: {stream.zh} {service}",
            "version": "1.0.0",
            "description": _ABOUT.format(zh=stream.zh, en=stream.en),
            "tags": [{"name": service, "description": f"{stream.zh} | {stream.en}"}],
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {
            channel: {
                "address": topic,
                "title": f"{stream.zh}事件 | {stream.en} events",
                "description": "消息键是聚合编号 | The key is the aggregate id: " + ", ".join(stream.keys),
                "servers": [{"$ref": "#/servers/kafka"}],
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in schemas},
                "bindings": {
                    "kafka": {
                        "topic": topic,
                        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1},
                        "bindingVersion": "0.5.0",
                    }
                },
            }
        },
        "operations": {
            f"send_{channel}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{channel}"},
                "title": f"记录{stream.zh}事件 | record {stream.en} events",
                "summary": "服务把每个决定的事件写入事件流 | The service records the events of each decision",
                "messages": [
                    {"$ref": f"#/channels/{channel}/messages/{name}"} for name in schemas if name not in retired
                ],
            }
        },
        "components": {
            "messages": {
                name: _message(name, schema, recorded[name], stream, retired) for name, schema in schemas.items()
            },
            "schemas": _components(service, schemas, retired),
        },
    }


def to_yaml(described: Json) -> str:
    """The document as YAML, in the order written above, without anchors."""
    return yaml.dump(described, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


class _Plain(yaml.SafeDumper):
    """For people: a value that occurs twice is written twice, and text of several lines as it is."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the signature is PyYAML's
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Plain.add_representer(str, _Plain.represent_str)


def _server() -> Json:
    return {
        "host": "{bootstrap}:{port}",
        "protocol": "kafka",
        "description": "公司的 Kafka 集群，地址由运维提供 | The company's Kafka cluster; operations give the address",
        "variables": {
            "bootstrap": {"default": "127.0.0.1", "description": "主机 | host of a broker"},
            "port": {"default": "29092", "description": "端口 | its port"},
        },
    }


def _component(wire_name: str, retired: Collection[str]) -> str:
    """Component name of an event: the value of `event`, as AsyncAPI's discriminator asks; old ones keep a suffix."""
    _, _, name, version = wire_name.split(".")
    return f"{name}.{version}" if wire_name in retired else name


def _components(service: str, schemas: Mapping[str, Schema], retired: Collection[str]) -> Json:
    """All component schemas: headers, the union of today's events, the events, then the values they share, once."""
    events: Json = {}
    shared: Json = {}
    for wire_name, schema in schemas.items():
        component = _component(wire_name, retired)
        suffix = f".{component}" if wire_name in retired else ""
        moved = _moved(schema, suffix)
        shared |= {f"{name}{suffix}": value for name, value in moved.pop("$defs", {}).items()}
        events[component] = moved
    today = [_component(name, retired) for name in schemas if name not in retired]
    union = {
        "description": f"今天写入的全部事件，按 `event` 区分 | All events of {service} written today, by `event`",
        "type": "object",
        "required": ["event"],
        "properties": {"event": {"type": "string", "enum": today}},
        "discriminator": "event",
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in today],
    }
    return {"Headers": _headers(), "Event": union, **events, **dict(sorted(shared.items()))}


def _moved(node: Any, suffix: str) -> Any:
    """A schema with `#/$defs/X` pointing to `#/components/schemas/X`, and without what only a lone file needs."""
    if isinstance(node, list):
        return [_moved(item, suffix) for item in node]
    if not isinstance(node, Mapping):
        return node
    moved = {key: _moved(value, suffix) for key, value in node.items() if key not in {"$schema", "$id"}}
    if isinstance(node.get("$ref"), str):
        moved["$ref"] = f"#/components/schemas/{node['$ref'].removeprefix('#/$defs/')}{suffix}"
    return moved


def _headers() -> Json:
    properties: Json = {name: {"type": "string", "description": words} for name, words in _HEADERS.items()}
    properties["ce_specversion"]["const"] = "1.0"
    properties["content-type"]["const"] = "application/json"
    properties["ce_time"]["format"] = "date-time"
    properties["ce_sequence"]["pattern"] = "^[1-9][0-9]*$"
    properties["ce_commandoffset"]["pattern"] = "^[0-9]+$"
    return {
        "description": "CloudEvents 1.0, Kafka 二进制模式消息头 | headers in Kafka's binary mode, UTF-8 text",
        "type": "object",
        "required": [name for name in _HEADERS if name not in {"traceparent", "ce_requestdigest"}],
        "properties": properties,
    }


def _message(wire_name: str, schema: Schema, recorded: Recording, stream: Stream, retired: Collection[str]) -> Json:
    component = _component(wire_name, retired)
    words = " ".join(str(schema["description"]).partition("\n\n")[0].split())
    return {
        "name": wire_name,
        "title": component,
        "summary": f"[旧版本，不再写入 | old version, no longer written] {words}" if wire_name in retired else words,
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "allOf": [{"$ref": "#/components/schemas/Headers"}],
            "properties": {"ce_type": {"const": wire_name}},
        },
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": {"$ref": f"#/components/schemas/{component}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "聚合编号 | aggregate id", "examples": list(stream.keys)},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [_example(recorded)],
    }


def _example(recorded: Recording) -> Json:
    return {
        "name": "recorded",
        "summary": "虚构数据 | invented data",
        "headers": {name: value.decode() for name, value in recorded.headers},
        "payload": json.loads(recorded.value),
    }
