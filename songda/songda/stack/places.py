"""Where a stack keeps its things, and on which ports it listens."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.settings import Port, is_loopback

PROJECT = Path(__file__).resolve().parents[3]
"""The folder of the project, when the package is used from it (the local stack always is)."""


class StackSettings(BaseSettings):
    """The local stack's own settings, from `SONGDA_*`. Ports are of 127.0.0.1."""

    model_config = SettingsConfigDict(env_prefix="SONGDA_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = PROJECT / ".local"
    kafka_port: Port = 29092
    kafka_controller_port: Port | None = None
    """Kafka's second port, which only Kafka itself uses. By default the port after `kafka_port`."""
    mongo_port: Port = 27417
    http_host: str = "127.0.0.1"
    http_port: Port = 8080
    demo_login: bool | None = None
    """Whether one may pick a person at the login. Where nothing is said: yes, if only this machine reaches it."""
    java_programs: Path = PROJECT / ".local" / "java"
    """The folder with the servers' jars, filled by `make`."""

    @property
    def controller_port(self) -> int:
        return self.kafka_controller_port or self.kafka_port + 1

    @property
    def servers(self) -> dict[str, str]:
        """Where its servers listen, by the settings of who connects to them."""
        return {
            "kafka_bootstrap": f"127.0.0.1:{self.kafka_port}",
            "mongo_url": f"mongodb://127.0.0.1:{self.mongo_port}",
        }

    @property
    def offers_people(self) -> bool:
        """Whether this stack's login page lets one pick a person."""
        return is_loopback(self.http_host) if self.demo_login is None else self.demo_login

    @property
    def address(self) -> str:
        """Where people open the pages."""
        return f"http://127.0.0.1:{self.http_port}"


def log_file(home: Path, name: str) -> Path:
    """The log of process `name`."""
    return home / "logs" / f"{name}.log"


def pid_file(home: Path, name: str) -> Path:
    """The file that says which process `name` is."""
    return home / "run" / f"{name}.json"


def ready_file(home: Path) -> Path:
    """There while the whole stack is up."""
    return home / "run" / "ready"


def data_folder(home: Path, name: str) -> Path:
    """The data of server `name`, kept between runs."""
    return home / name
