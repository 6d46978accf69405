"""What a second factor keeps with us is encrypted: a copy of the database alone makes nobody's codes.

The key follows from FORDEL_SECRET_KEY. When that is changed, the old one goes into FORDEL_OLD_SECRET_KEYS, or
everybody must set up their codes anew (passkeys are public keys, and stand).
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(
        salted_hmac("login.secrets", "fernet", secret, algorithm="sha256").digest()
    )


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(secret))) for secret in secrets])


def encrypt(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def decrypt(kept: str) -> str:
    return _box().decrypt(kept.encode()).decode()
