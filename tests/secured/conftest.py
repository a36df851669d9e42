"""A Kafka that lets in only who says who they are, and lets each do only what they may."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.secured import ADMIN, PASSWORD, PRINCIPALS, Issuer, Secured, write_papers
from harness.stacks import SHORT_LIVED

from songda.stack import free_port, start_kafka, start_mongo, stop


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Kafka with an authorizer; nothing may be done that no ACL allows, but by its administrator."""
    home = tmp_path_factory.mktemp("secured")
    write_papers(home)
    issuer = Issuer(home)
    issuer.start()
    inside, *ports = (free_port() for _ in range(4))
    ways = ("SCRAM", "CERT", "TOKEN")
    listening = ",".join(f"{way}://127.0.0.1:{port}" for way, port in zip(ways, ports, strict=True))
    oauth = "org.apache.kafka.common.security.oauthbearer"
    controller = free_port()
    properties = {
        "listeners": f"PLAINTEXT://127.0.0.1:{inside},CONTROLLER://127.0.0.1:{controller},{listening}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{inside},{listening}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
        "SCRAM:SASL_SSL,CERT:SSL,TOKEN:SASL_SSL",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{ADMIN}",  # the broker's own listener is for this machine
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(home / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(home / "ca.pem"),
        "ssl.principal.mapping.rules": "RULE:^CN=([a-z_-]+)$/$1/,DEFAULT",
        "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.scram.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram"
        ".ScramLoginModule required;",
        "listener.name.cert.ssl.client.auth": "required",
        "listener.name.token.sasl.enabled.mechanisms": "OAUTHBEARER",
        "listener.name.token.oauthbearer.sasl.jaas.config": f"{oauth}.OAuthBearerLoginModule required;",
        "listener.name.token.oauthbearer.sasl.server.callback.handler.class": f"{oauth}"
        ".OAuthBearerValidatorCallbackHandler",
        "listener.name.token.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": issuer.keys_url,
        "listener.name.token.oauthbearer.sasl.oauthbearer.expected.audience": "kafka",
        "listener.name.token.oauthbearer.sasl.oauthbearer.expected.issuer": issuer.name,
    }
    names = {f"songda-{name}": PASSWORD(name) for name in PRINCIPALS} | {ADMIN: PASSWORD("admin")}
    kafka = asyncio.run(
        start_kafka(
            home,
            inside,
            controller_port=controller,
            heap="512m",
            options=(*SHORT_LIVED, f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={issuer.keys_url}"),
            properties=properties,
            passwords=names,
        )
    )
    mongo = asyncio.run(start_mongo(home, heap="256m", options=SHORT_LIVED))
    scram, certificates, tokens = (f"127.0.0.1:{port}" for port in ports)
    yield Secured(home, scram, certificates, tokens, issuer.token_url, f"mongodb://{mongo.address}")
    asyncio.run(stop(mongo, 1.0))
    asyncio.run(stop(kafka, 1.0))
    issuer.stop()
