"""Figures for Prometheus, served at `/metrics`."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("songda_commands_total", "Commands decided", ["service"])
EVENTS = Counter("songda_events_total", "Events written", ["service"])
DEAD = Counter("songda_dead_letters_total", "Commands that broke the rules' code", ["service"])
UNSIGNED = Counter(
    "songda_commands_unsigned_total", "Commands that none of our processes signed: forged, or a wrong key", ["service"]
)
STOPPED = Counter(
    "songda_partitions_stopped_total", "Partitions stopped by a stream that does not hold together", ["service"]
)
MODELS_STOPPED = Counter("songda_read_models_stopped_total", "Read models that stopped until their code is mended")
BATCH_SECONDS = Histogram("songda_batch_seconds", "One batch: load, decide, commit", ["service"])
WAITING = Gauge("songda_requests_waiting", "Requests of this process that wait for a decision", ["service"])
UNKNOWN_EVENTS = Counter("songda_unknown_events_total", "Events of unknown type, skipped", ["reader", "type"])
PROJECTED = Counter("songda_events_projected_total", "Events folded into read models", ["projection"])
REACTED = Counter("songda_reactions_total", "Commands asked for by reactions", ["service"])
PARKED = Gauge("songda_parked_aggregates", "Aggregates that wait at an event this reader could not take", ["reader"])
HELD = Counter("songda_commands_kept_total", "Commands kept until their parked aggregate is mended", ["service"])
STRAYS = Counter("songda_stray_records_total", "Records without our envelope, passed over", ["reader", "topic"])
REFUSED = Counter("songda_requests_refused_total", "Requests and connections that were too many or too slow", ["code"])
NIGHTLY = Gauge("songda_nightly_exit_code", "What the last nightly run of a command ended with", ["name"])
CONNECTIONS = Gauge("songda_connections_open", "Open HTTP connections of this process")
