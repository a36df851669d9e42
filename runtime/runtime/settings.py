"""Settings of every process, from environment variables `SONGDA_*` (pydantic-settings). Secrets come from there too."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the servers are, how much a process takes on, how it judges time. All have defaults for one machine."""

    model_config = SettingsConfigDict(env_prefix="SONGDA_", extra="ignore", frozen=True)

    kafka_bootstrap: str = "127.0.0.1:29092"
    mongo_url: str = "mongodb://127.0.0.1:27417"
    mongo_database: str = "songda"
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    home: Path = Path(".local")
    """Folder for what this machine keeps besides the servers' data: sent messages, the local secret."""
    files: str | None = None
    """Where photos, signatures and papers lie: a folder (default `home/files`), or
    `s3://bucket/prefix?endpoint=https://...&region=...` with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY beside it."""
    max_file_bytes: int = Field(default=10 << 20, ge=1)
    """Largest file taken; larger ones get 413. Never more than `max_body_bytes`."""
    label_key: SecretStr | None = None
    """Key that signs package labels (B20). Without it, one is made once and kept in `home/label_key` (0600)."""
    public_url: str | None = None
    """Address under which customers reach the pages (QR on labels, links in SMS); without it, that of the request."""
    secret: SecretStr | None = None
    """Key that signs people's tokens. Without it, one is made once and kept in `home/secret` (0600)."""
    people: Path | None = None
    """File of people (JSON, as runtime/people.json); without it the company's own list."""
    demo_login: bool = True
    """Whether the login page lets one pick a person. Off where real people work: tokens are issued instead."""

    partitions: int = Field(default=3, ge=1, le=64)
    """Partitions of a stream, fixed when it is made. 12 in production."""
    replication: int = Field(default=1, ge=1)
    batch_commands: int = Field(default=500, ge=1)
    """Commands decided in one transaction, at most."""
    batch_bytes: int = 4 << 20
    """Command bytes decided in one transaction, at most."""
    max_event_bytes: int = 900_000
    """A larger event is refused before the broker would (its limit is 1 MiB a record batch)."""
    aggregates_in_memory: int = 20_000
    """Per owned partition; the rest are in checkpoints."""
    checkpoint_seconds: float = 5.0
    remembered_outcomes: int = 20_000
    """Answers kept per partition for repeated requests that made no event."""
    waiting_requests: int = 2_000
    """Requests of one process that may wait for a decision; more get 503 with Retry-After."""
    decision_seconds: float = 10.0
    """How long a caller waits for a decision before 202."""
    max_body_bytes: int = 25 << 20
    """Largest request body (uploads); larger ones get 413."""
    future_seconds: float = 300.0
    """How far in the future a happened-time may lie (clocks differ)."""
    timer_grace_seconds: float = 0.0
    """A timer that is already past when it is set waits this long: facts told late rarely come alone (X1)."""
    session_timeout_ms: int = 30_000
    log_level: str = "info"


__all__ = ["Settings"]
