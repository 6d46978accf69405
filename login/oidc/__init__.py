"""The clinic's own login by OpenID Connect: HelseID, ID-porten, Entra (docs/login-oidc.md).

A provider says who somebody is, how surely, and for which organisation. It makes no users and gives no access:
`ExternalIdentity` ties a person at a provider to a user, `ClinicOrganisation` an organisation number to a clinic, and
the place that the user has there decides the rest. Tokens live as long as one request and are stored nowhere.
"""
