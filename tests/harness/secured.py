"""A Kafka that lets in only who says who they are, and lets each do only what they may.

TLS, SCRAM, certificates, tokens of an authorization server, ACLs."""

import json
import ssl
import time
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

from runtime.settings import Settings

ADMIN = "songda-admin"
PASSWORD = "p-{}".format
SERVICES = ("order", "inventory", "dispatch", "service_desk", "notify")
PRINCIPALS = (*SERVICES, "api", "projector", "stranger")
SECRET = "only for the tests"


@dataclass(frozen=True)
class Secured:
    """The broker's ways in, and where the papers lie."""

    home: Path
    scram: str
    certificates: str
    tokens: str
    token_url: str
    mongo_url: str

    def settings(self, name: str, **more: Any) -> Settings:
        """Of a process that is let in as a principal, by password."""
        asked: dict[str, Any] = {
            "kafka_bootstrap": self.scram,
            "kafka_security": "sasl_ssl",
            "kafka_user": f"songda-{name}",
            "kafka_password": PASSWORD(name),
            "kafka_ca": self.home / "ca.pem",
            "makes_topics": False,
            "mongo_url": self.mongo_url,
            "mongo_database": "secured",
            "partitions": 1,
            "home": self.home / "home",
            "secret": SECRET,
            "command_key": SECRET,
            "session_timeout_ms": 6_000,
        }
        return Settings(**asked | more)


class Issuer:
    """An authorization server: access tokens (JWT, RFC 9068) by client credentials, and the keys that prove them."""

    def __init__(self, home: Path) -> None:
        key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        issuer = self
        self.asked = 0
        self.seconds = 600

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say({"keys": [key.as_dict(private=False)]})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                name, _, secret = (
                    b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
                )
                if form["grant_type"] != ["client_credentials"] or secret != PASSWORD(name.removeprefix("songda-")):
                    self._say({"error": "invalid_client"}, 401)
                    return
                issuer.asked += 1
                now = int(time.time())
                claims = {
                    "iss": issuer.name,
                    "sub": name,
                    "aud": "kafka",
                    "iat": now,
                    "exp": now + issuer.seconds,
                    "scope": "kafka",
                }
                token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
                self._say({"access_token": token, "token_type": "Bearer", "expires_in": issuer.seconds})

            def _say(self, what: object, status: int = 200) -> None:
                body = json.dumps(what).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: a test's output is the test's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.name = address
        self.keys_url, self.token_url = f"{address}/keys", f"{address}/token"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """No more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def write_papers(home: Path) -> None:
    """A signer, the broker's certificate, and one of the read models' part and of a stranger."""
    now = datetime.now(UTC)
    signer_key = ec.generate_private_key(ec.SECP256R1())
    signer_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer of the tests")])

    def paper(name: x509.Name, key: ec.EllipticCurvePrivateKey, *, signs: bool) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(signer_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), critical=False)
            .sign(signer_key, hashes.SHA256())
        )

    def written(file: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        parts = [certificate.public_bytes(serialization.Encoding.PEM)]
        if key is not None:
            form = serialization.PrivateFormat.PKCS8
            parts.insert(0, key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        (home / file).write_bytes(b"".join(parts))

    written("ca.pem", paper(signer_name, signer_key, signs=True))
    for file, common in (("broker.pem", "broker"), ("projector.pem", "songda-projector"), ("stranger.pem", "stranger")):
        key = ec.generate_private_key(ec.SECP256R1())
        written(file, paper(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]), key, signs=False), key)
    assert ssl.create_default_context(cafile=home / "ca.pem")
