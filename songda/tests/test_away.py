"""Servers that are away, or that a command is not meant for: one line, no traceback, nothing else in the answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from runtime.errors import NotReady
from runtime.settings import Settings
from songda.away import what_is_away
from songda.stack.places import StackSettings

NOBODY = "127.0.0.1:1"


def command(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`songda` with these settings and no others of ours."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("SONGDA_")}
    return subprocess.run(
        [sys.executable, "-m", "songda", *arguments],
        env={**others, "SONGDA_HOME": str(home), **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_command_whose_servers_are_away_says_so_in_one_line(tmp_path: Path) -> None:
    """P: `songda lag` ended in a traceback. Whatever is logged goes to stderr: an answer for programs is that alone."""
    done = command(tmp_path, "lag", "--json", SONGDA_KAFKA_BOOTSTRAP=NOBODY)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"no Kafka at {NOBODY}")


@pytest.mark.parametrize(
    ("variable", "server", "port"),
    [
        ("SONGDA_KAFKA_BOOTSTRAP", NOBODY, "SONGDA_KAFKA_PORT"),
        ("SONGDA_MONGO_URL", "mongodb://u:hunter2@db", "SONGDA_MONGO_PORT"),
    ],
)
def test_a_stack_of_its_own_servers_is_not_started_for_others(
    tmp_path: Path, variable: str, server: str, port: str
) -> None:
    """DESIGN 6: it started its own, and each other command asked those that were named."""
    done = command(tmp_path, "up", **{variable: server})
    assert (done.returncode, done.stdout) == (1, "")
    assert variable in done.stderr
    assert port in done.stderr
    assert "hunter2" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_its_own_servers_may_be_named() -> None:
    """DESIGN 6: as the processes that it starts find them."""
    assert set(StackSettings().servers) <= set(Settings.model_fields)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotReady("no topic order.events"), "no topic order.events"),
        (ServerSelectionTimeoutError("db.example.com:27017: timed out"), "SONGDA_MONGO_URL"),
        (KafkaConnectionError("no broker"), "SONGDA_KAFKA_BOOTSTRAP"),
        (OperationFailure("not authorized"), "not authorized"),
    ],
)
def test_what_is_away_is_said_with_what_to_do(error: Exception, words: str) -> None:
    """P"""
    said = what_is_away(error)
    assert words in said
    assert "db.example.com" not in said
