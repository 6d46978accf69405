from django.urls import path
from django.urls.resolvers import URLPattern

from login.views import factors, sessions

# Some of allauth's addresses are taken over, by the same names; the rest of them stand in config/urls.py.
urlpatterns: list[URLPattern] = [
    path("okt/", sessions.session_state, name="session_state"),
    path("inne/", sessions.unlocked, name="unlocked"),
    path("okter/", sessions.Sessions.as_view(), name="usersessions_list"),
    path("okter/<int:session_id>/avslutt/", sessions.end_session, name="end_session"),
    path("sikkerhet/totp/activate/", factors.ActivateCodes.as_view(), name="mfa_activate_totp"),
    path("sikkerhet/totp/deactivate/", factors.DeactivateCodes.as_view(), name="mfa_deactivate_totp"),
    path("sikkerhet/webauthn/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "sikkerhet/webauthn/keys/<int:pk>/remove/",
        factors.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
]
