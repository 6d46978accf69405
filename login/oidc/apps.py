from django.apps import AppConfig


class OidcConfig(AppConfig):
    name = "login.oidc"
    label = "oidc"
    verbose_name = "Innlogging gjennom andre"

    def ready(self) -> None:
        """Whoever set a provider up wrongly is told at the start, not when somebody logs in."""
        from login.oidc.providers import providers

        providers()
