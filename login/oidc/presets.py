"""What is common to everybody who uses one of these providers. A clinic's own file says the rest, and may say otherwise.

How sure each line is stands in docs/login-oidc.md: none of them has been tried against the real service, which takes an
agreement. `organisation_claims` has the narrowest first: the first one that a token has decides.
"""

from typing import Any

HELSEID = "helseid://claims"

PRESETS: dict[str, dict[str, Any]] = {
    "helseid": {
        "name": "HelseID",
        "issuer": "https://helseid-sts.nhn.no",
        "client_auth": "private_key_jwt",
        "pushed": True,
        "scopes": [
            "openid",
            "helseid://scopes/hpr/hpr_number",
            "helseid://scopes/identity/security_level",
        ],
        "identity_claim": f"{HELSEID}/hpr/hpr_number",
        "level_claim": f"{HELSEID}/identity/security_level",
        "levels": ["4"],
        "organisation_claims": [
            f"{HELSEID}/client/claims/orgnr_child",
            f"{HELSEID}/client/claims/orgnr_parent",
        ],
        "authorize": {"acr_values": "Level4", "prompt": "login"},
    },
    "idporten": {
        "name": "ID-porten",
        "issuer": "https://idporten.no",
        "client_auth": "private_key_jwt",
        "scopes": ["openid"],
        "identity_claim": "pid",
        "level_claim": "acr",
        "levels": ["idporten-loa-high"],
        "authorize": {"acr_values": "idporten-loa-high", "prompt": "login"},
    },
    # The issuer has the tenant in it, so it is the clinic's to say. c1 is the authentication context that its
    # Conditional Access asks a second factor for.
    "entra": {
        "name": "Microsoft",
        "client_auth": "client_secret_post",
        "scopes": ["openid", "profile"],
        "identity_claim": "oid",
        "level_claim": "acrs",
        "levels": ["c1"],
        "authorize": {
            "claims": '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
            "prompt": "login",
        },
    },
}
