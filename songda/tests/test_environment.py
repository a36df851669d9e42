"""The environment: what nobody reads and what has no sound value stops every command, in one sentence each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.settings import Settings, is_loopback
from songda.environment import known_variables, problems
from songda.stack.application import environment
from songda.stack.places import StackSettings


def said(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    """What is wrong with an environment of these variables and no others of ours."""
    for name in [name for name in os.environ if name.startswith("SONGDA_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return problems(os.environ)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SONGDA_HTP_PORT", "SONGDA_HTTP_PORT"),
        ("SONGDA_DEMOLOGIN", "SONGDA_DEMO_LOGIN"),
        ("SONGDA_NOTIFY_QUITE_HOURS", "SONGDA_NOTIFY_QUIET_HOURS"),
        ("SONGDA_KAFKA_CONTROLER_PORT", "SONGDA_KAFKA_CONTROLLER_PORT"),
        ("songda_mongo", "SONGDA_MONGO_URL"),
    ],
)
def test_a_name_that_nobody_reads_is_refused_with_the_nearest_that_somebody_does(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    """DESIGN 6"""
    assert said(monkeypatch, **{name: "1"}) == [
        f"没有 {name} 这个变量，是不是 {meant}？ There is no variable {name}; did you mean {meant}?"
    ]


def test_a_name_that_is_near_to_none_is_to_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN 6"""
    assert said(monkeypatch, SONGDA_XYZZY="1") == [
        "没有 SONGDA_XYZZY 这个变量，请去掉。 There is no variable SONGDA_XYZZY: remove it."
    ]


def test_what_somebody_reads_is_known_wherever_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN 6: also an empty one (it counts as not set), and those of the tests."""
    good = {
        "SONGDA_HOME": "/tmp",
        "SONGDA_KAFKA_PORT": "29092",
        "SONGDA_NOTIFY_SMS": "file",
        "SONGDA_LOG_LEVEL": "INFO",
        "SONGDA_SECRET": "",
        "SONGDA_TEST_SEED": "7",
        "SONGDA_DEADLINE_VECTORS": "x.json",
        "OTHER_SONGDA": "1",
    }
    assert said(monkeypatch, **good) == []
    assert Settings().secret is None


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("PARTITIONS", "abc", ' "abc" 不对：应是 1 到 64 的整数。', "a whole number from 1 to 64."),
        ("CHECKPOINT_SECONDS", "nan", ' "nan" 不对：应是大于 0 的数。', "a number above 0."),
        ("DEMO_LOGIN", "maybe", ' "maybe" 不对：应是 true 或 false。', "true or false."),
        ("NOTIFY_SMS", "fax", ' "fax" 不对：应是 file, aliyun, http 之一。', "one of file, aliyun, http."),
        ("NOTIFY_ALIYUN_TEMPLATES", "no json", " 不对：应是 JSON 对象。", "a JSON object."),
        ("HOME", __file__, " 不对：应是文件夹。", "a folder."),
        (
            "PEOPLE",
            "/nowhere",
            " 不对：读不了人员名单（FileNotFoundError）。",
            "a JSON file of people (FileNotFoundError).",
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_may_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, zh: str, en: str
) -> None:
    """DESIGN 6"""
    assert said(monkeypatch, **{f"SONGDA_{name}": value}) == [f"SONGDA_{name}{zh} SONGDA_{name} must be {en}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MONGO_URL", "postgres://u:hunter2@db"),
        ("LABEL_KEY", "0:hunter2"),
        ("COMMAND_KEY", "1:hunter2hunter2hunter2,1:hunter2hunter2hunter2"),
        ("PUBLIC_URL", "hunter2"),
        ("PUBLIC_URL", "https://songda hunter2.com"),
        ("PUBLIC_URL", "https://hunter2.example.com:99999"),
        ("PUBLIC_URL", "https://hunter2@songda.example.com"),
        ("PUBLIC_URL", "https://songda.example.com/?hunter2"),
        ("TRUSTED_HOSTS", "hunter2.example.com:8080"),
        ("TRUSTED_HOSTS", "*.example.com, hunter 2"),
        ("SECRET", "hunter2"),
        ("KAFKA_BOOTSTRAP", "hunter2"),
    ],
)
def test_a_text_is_never_shown_for_it_may_be_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """DESIGN 6"""
    [sentence] = said(monkeypatch, **{f"SONGDA_{name}": value})
    assert (f"SONGDA_{name}" in sentence, "hunter2" in sentence) == (True, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "songda.example.com"])
def test_picking_a_person_is_not_for_an_address_that_others_reach(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """DESIGN 6"""
    [sentence] = said(monkeypatch, SONGDA_DEMO_LOGIN="true", SONGDA_HTTP_HOST=host)
    assert host in sentence
    assert "songda users add" in sentence
    assert said(monkeypatch, SONGDA_DEMO_LOGIN="false", SONGDA_HTTP_HOST=host) == []


def test_as_shipped_nobody_can_be_picked_and_the_local_stack_says_otherwise_for_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """DESIGN 6"""
    assert said(monkeypatch) == []
    assert Settings().demo_login is False

    def told(**stack: str) -> str:
        for name, value in stack.items():
            monkeypatch.setenv(name, value)
        return environment(StackSettings(home=tmp_path))["SONGDA_DEMO_LOGIN"]

    assert told() == "true"
    assert told(SONGDA_HTTP_HOST="0.0.0.0") == "false"
    assert told(SONGDA_HTTP_HOST="127.0.0.1", SONGDA_DEMO_LOGIN="false") == "false"


@pytest.mark.parametrize(
    ("host", "only_we"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("nas", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, *, only_we: bool) -> None:
    """DESIGN 6"""
    assert is_loopback(host) is only_we


def test_every_variable_of_ours_is_known_once() -> None:
    """DESIGN 6"""
    assert {"SONGDA_HTTP_PORT", "SONGDA_MONGO_PORT", "SONGDA_NOTIFY_SMTP_PORT"} <= set(known_variables())


@pytest.mark.parametrize("arguments", [["token", "he.jx"], ["status"], ["run", "all"], ["--help"]])
def test_any_command_ends_with_code_1_and_the_sentences_alone(tmp_path: Path, arguments: list[str]) -> None:
    """DESIGN 6"""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SONGDA_")}
    env = {**ours, "SONGDA_HOME": str(tmp_path), "SONGDA_HTP_PORT": "1", "SONGDA_PARTITIONS": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "songda", *arguments], env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["没有", "SONGDA_PARTITIONS"]


LET_IN = {
    "KAFKA_SECURITY": "sasl_ssl",
    "KAFKA_USER": "a",
    "KAFKA_PASSWORD": "the secret",
    "KAFKA_BOOTSTRAP": "kafka.example.com:9092",
}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"OIDC_ISSUER": "https://id.example.com"}, "SONGDA_OIDC_ISSUER takes SONGDA_OIDC_CLIENT_ID."),
        ({"OIDC_ISSUER": "http://id.example.com", "OIDC_CLIENT_ID": "songda"}, "SONGDA_OIDC_ISSUER must be https"),
        ({"LOCAL_ACCOUNTS": "false"}, "With SONGDA_LOCAL_ACCOUNTS=false nobody can sign in"),
        ({"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "songda", "LOCAL_ACCOUNTS": "false"}, None),
        ({"OIDC_ISSUER": "http://127.0.0.1:9400", "OIDC_CLIENT_ID": "songda"}, None),
        ({"SECRET": "1:the older secret,2:the newer secret"}, None),
        ({"KAFKA_SECURITY": "sasl_ssl"}, "takes SONGDA_KAFKA_USER and SONGDA_KAFKA_PASSWORD"),
        ({"KAFKA_SECURITY": "sasl_ssl", "KAFKA_USER": "a"}, "takes SONGDA_KAFKA_USER and SONGDA_KAFKA_PASSWORD"),
        ({"KAFKA_USER": "a"}, "else nobody asks for it"),
        ({"KAFKA_CA": "ca.pem"}, "SONGDA_KAFKA_SECURITY must be ssl or sasl_ssl"),
        (LET_IN | {"KAFKA_SASL": "oauthbearer"}, "takes SONGDA_KAFKA_TOKEN_URL"),
        (LET_IN | {"KAFKA_SASL": "oauthbearer", "KAFKA_TOKEN_URL": "http://id.example.com/t"}, "https but for one"),
        (LET_IN | {"KAFKA_SECURITY": "sasl_plaintext", "KAFKA_SASL": "plain"}, "shows the secret to the network"),
        (LET_IN, None),
    ],
)
def test_settings_of_logins_fit_together_or_nothing_starts(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], says: str | None
) -> None:
    """C18, X7, DESIGN 6: also nothing that shows a secret, or lets a name that nobody asks for look like a login."""
    told = said(monkeypatch, **{f"SONGDA_{name}": value for name, value in given.items()})
    assert [says in one for one in told] == ([True] if says else [])
    assert "secret" not in "".join(told).replace("shows the secret to", "")


def test_a_depot_of_somebody_is_one_of_the_companys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """D17: a misspelt one would shut its keeper out of every depot."""
    people = [{"id": "a", "name": "甲", "role": "warehouse", "depot": depot} for depot in ("main", "mian")]
    (file := tmp_path / "people.json").write_text(json.dumps([{**one, "id": one["depot"]} for one in people]))
    (wrong,) = said(monkeypatch, SONGDA_PEOPLE=str(file))
    assert wrong.startswith("SONGDA_PEOPLE 不对：政策里没有仓库 mian。")
