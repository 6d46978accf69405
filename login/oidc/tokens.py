"""Is an ID token what it says it is, for us, now, and the answer to what we asked? OpenID Connect Core 1.0, 3.1.3.7.

authlib checks the claims and joserfc the signature; what they leave to the caller is said here: which algorithms, which
issuer, that we are the only audience, and how long ago somebody really logged in.
"""

from __future__ import annotations

import time
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from login.oidc.metadata import keys_of
from login.oidc.providers import Provider
from login.oidc.refusals import Reason, Refused

# Signatures that take a private key to make. Never "none", and never HMAC, whose key would be the public one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY = 60  # seconds that two clocks may differ


class Registry(JWSRegistry):
    max_header_length = 8192  # some providers send their certificate along


REGISTRY = Registry(algorithms=ALGORITHMS, strict_check_header=False)


def verified(
    raw: object, provider: Provider, made: OAuth2Session, *, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of a token that holds. Raises Refused."""
    if not isinstance(raw, str):
        raise Refused(Reason.TOKEN, "missing")
    try:
        token = _signed(raw, provider, made)
        _check_type(token)
        return _checked(token, provider, nonce, access_token)
    except ClaimError as error:
        # Only the names of what we look for: a token may have claims with any name.
        known = set(CodeIDToken.REGISTERED_CLAIMS) & set(error.claim.split(","))
        raise Refused(Reason.TOKEN, "claim_" + "_".join(sorted(known))) from None
    except BadSignatureError:
        raise Refused(Reason.TOKEN, "signature") from None
    except InvalidKeyIdError:
        raise Refused(Reason.TOKEN, "key") from None
    except (JoseError, ValueError, TypeError):
        raise Refused(Reason.TOKEN, "form") from None


def _signed(raw: str, provider: Provider, made: OAuth2Session) -> jwt.Token:
    """A key that we have not heard of may be newer than what we remember: ask once."""
    try:
        return _decoded(raw, keys_of(provider, made))
    except InvalidKeyIdError:
        return _decoded(raw, keys_of(provider, made, anew=True))


def _decoded(raw: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(raw, keys, registry=REGISTRY)


def _check_type(token: jwt.Token) -> None:
    """A token made for something else, such as an access token, is signed with the same key."""
    if str(token.header.get("typ", "JWT")).upper() != "JWT":
        raise Refused(Reason.TOKEN, "type")


def _checked(token: jwt.Token, provider: Provider, nonce: str, access_token: str) -> dict[str, Any]:
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    params = {"nonce": nonce, "client_id": provider.client_id, "access_token": access_token}
    claims = CodeIDToken(token.claims, token.header, options, params)
    claims.validate(leeway=LEEWAY)
    # Other audiences would be others that the token can be shown by; we know of nobody to trust with that.
    if claims["aud"] not in (provider.client_id, [provider.client_id]):
        raise Refused(Reason.TOKEN, "claim_aud")
    if provider.max_age:
        since = claims.get("auth_time")
        if not isinstance(since, int | float) or time.time() - since > provider.max_age + LEEWAY:
            raise Refused(Reason.TOKEN, "claim_auth_time")
    return dict(claims)
