"""A login provider that can be told to misbehave in every way that a client must see through.

A real server on a port of its own. By itself it behaves: codes are good once, for who asked, with the right verifier,
from a client that shows who it is. What a test changes is what is wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

CLIENT, SECRET = "fordel-solbakken", "hemmelig-hos-leverandoren"
HPR, PID, ORGANISATION = "9144889", "05073500186", "974760673"
CLAIMS: dict[str, Any] = {
    "sub": "subjekt-1f3a",
    "pid": PID,
    "helseid://claims/hpr/hpr_number": HPR,
    "helseid://claims/identity/security_level": "4",
    "helseid://claims/client/claims/orgnr_parent": ORGANISATION,
}
FIRST_KEY = RSAKey.generate_key(2048, {"kid": "nokkel-1", "use": "sig", "alg": "RS256"})
Signer = Callable[[dict[str, Any]], str]


class Rogue:
    def __init__(self) -> None:
        self.key: Key = FIRST_KEY
        self.published: list[dict[str, Any]] = [dict(self.key.as_dict(private=False))]
        self.claims = dict(CLAIMS)
        self.headers: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answer: dict[str, str] = {}  # what it adds to the address it sends the browser back to
        self.token: dict[str, Any] = {}  # what it adds to the answer with the tokens
        self.userinfo: dict[str, Any] = {}
        self.sign: Signer = self.signed
        self.status: dict[str, int] = {}
        self.slow: dict[str, float] = {}
        self.body: dict[str, bytes] = {}
        self.lenient = False  # gives tokens for a code that has been used
        self.client_key: Key | None = None
        self.asked: list[str] = []
        self.spoken: list[str] = []  # all that must never be written anywhere
        self.codes: dict[str, dict[str, str]] = {}
        self.pushed: dict[str, dict[str, str]] = {}
        self.assertions: set[str] = set()
        self.issuer = ""

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **self.headers}, claims, self.key)

    def rotate(self, *, keep: bool = False) -> Key:
        """A new key; the old one is published no longer."""
        old, number = self.key, len(self.asked)
        self.key = RSAKey.generate_key(2048, {"kid": f"nokkel-ny-{number}", "use": "sig", "alg": "RS256"})
        self.published = [dict(self.key.as_dict(private=False))] + (self.published if keep else [])
        return old

    # --- what it answers

    def configuration(self, _: dict[str, str], __: Any) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            **{
                f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")
            },
            "pushed_authorization_request_endpoint": f"{self.issuer}/par",
            "jwks_uri": f"{self.issuer}/jwks",
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.metadata,
        }

    def jwks(self, _: dict[str, str], __: Any) -> dict[str, Any]:
        return {"keys": self.published}

    def par(self, form: dict[str, str], headers: Any) -> dict[str, Any] | None:
        if not self._knows(form, headers):
            return None
        number = f"urn:ietf:params:oauth:request_uri:{secrets.token_hex(8)}"
        self.pushed[number] = form
        return {"request_uri": number, "expires_in": 60}

    def consent(self, question: dict[str, str]) -> str:
        """Somebody has logged in: where their browser is sent."""
        if "request_uri" in question:
            assert set(question) == {"client_id", "request_uri"}
            question = self.pushed.pop(question["request_uri"])
        assert question["client_id"] == CLIENT
        assert question["response_type"] == "code"
        assert question["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(24)
        self.codes[code] = question
        self.spoken += [code, question["nonce"]]
        back = {"code": code, "state": question["state"], "iss": self.issuer, **self.answer}
        return f"{question['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}"

    def tokens(self, form: dict[str, str], headers: Any) -> dict[str, Any] | None:
        question = self.codes.get(form["code"]) if self.lenient else self.codes.pop(form["code"], None)
        if question is None or not self._knows(form, headers):
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.decode().rstrip("=") != question["code_challenge"]:
            return None
        if form["redirect_uri"] != question["redirect_uri"] or form["grant_type"] != "authorization_code":
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": question["nonce"],
            "auth_time": now, **self.claims,
        }  # fmt: skip
        raw = self.sign({name: value for name, value in claims.items() if value is not None})
        access = secrets.token_urlsafe(24)
        self.spoken += [raw, access, form["code_verifier"]]
        told = {
            "access_token": access,
            "token_type": "Bearer",
            "id_token": raw,
            "refresh_token": "forny-" + access,
        }
        return {name: value for name, value in {**told, **self.token}.items() if value is not None}

    def _knows(self, form: dict[str, str], headers: Any) -> bool:
        """client_secret_basic, or an assertion signed with the client's key, for us, good for a minute, used once."""
        if self.client_key is None:
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            return bool(headers.get("Authorization") == f"Basic {basic}")
        try:
            assertion = jwt.decode(
                form["client_assertion"], KeySet([self.client_key]), algorithms=["RS256", "PS256"]
            )
        except JoseError:
            return False
        claims, now = assertion.claims, time.time()
        fresh = claims["jti"] not in self.assertions and now < claims["exp"] <= now + 60
        self.assertions.add(claims["jti"])
        addressed = claims["aud"] == self.issuer and claims["iss"] == claims["sub"] == CLIENT
        return fresh and addressed and assertion.header["typ"] == "client-authentication+jwt"

    def who(self, _: dict[str, str], headers: Any) -> dict[str, Any] | None:
        return self.userinfo if str(headers.get("Authorization", "")).startswith("Bearer ") else None


class Handler(BaseHTTPRequestHandler):
    rogue: Rogue

    def do_GET(self) -> None:
        self._answer(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        self._answer(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))

    def _answer(self, said: dict[str, str]) -> None:
        rogue, path = self.rogue, urlsplit(self.path).path
        rogue.asked.append(path)
        if path in rogue.body:
            self._send(200, rogue.body[path], slow=rogue.slow.get(path, 0))
            return
        if path == "/authorization":
            self.send_response(302)
            self.send_header("Location", rogue.consent(said))
            self.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": rogue.configuration, "/jwks": rogue.jwks, "/par": rogue.par,
            "/token": rogue.tokens, "/userinfo": rogue.who,
        }  # fmt: skip
        told = answers[path](said, self.headers)
        status = rogue.status.get(path, 200 if told is not None else 400)
        body = json.dumps(told if told is not None else {"error": "invalid_grant"}).encode()
        self._send(status, body, slow=rogue.slow.get(path, 0))

    def _send(self, status: int, body: bytes, *, slow: float) -> None:
        """Slowly: one byte now and then, so that no single wait is long."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status in (301, 302, 307):
            self.send_header("Location", f"{self.rogue.issuer}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for byte in [body] if not slow else [body[at : at + 1] for at in range(len(body))]:
                time.sleep(slow)
                self.wfile.write(byte)
                self.wfile.flush()
        except ConnectionError:
            pass  # given up on, as it should be

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Rogue]:
    rogue = Rogue()
    handler = type("Bound", (Handler,), {"rogue": rogue})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    rogue.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield rogue
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
