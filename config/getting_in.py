"""Settings of how people get in that hold everywhere: allauth's forms, limits and second factors with us (login/)."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ACCOUNT_FORMS = {"login": "login.forms.LoginForm"}
# Failed passwords are counted by login/limits.py. allauth's own counts by address would let one person stop a whole
# clinic behind the same one; "login_failed" is left for the second factor, a passkey's signature cannot be guessed.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "30/5m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "login.factors.FactorAdapter"
MFA_FORMS = {"authenticate": "login.forms.CodeForm", "reauthenticate": "login.forms.ConfirmForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up here, so nobody blocks another's address
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# One step either way, for a clock that is a little off or a slow hand; a code is good once all the same.
MFA_TOTP_TOLERANCE = 1
BREACHED_PASSWORDS = os.environ.get("FORDEL_BREACHED_PASSWORDS", "")
if BREACHED_PASSWORDS and not Path(BREACHED_PASSWORDS).is_file():
    raise ImproperlyConfigured(f"FORDEL_BREACHED_PASSWORDS: {BREACHED_PASSWORDS} finnes ikke.")
