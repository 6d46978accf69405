"""What a session says of how somebody logged in: asked by whoever demands a second factor.

`STRONG_LOGIN` is true in a session that a login provider has vouched for at the level that is demanded of it (a
second factor, shown there). Nothing else may set it, and it goes with the session.
"""

STRONG_LOGIN = "strong_login"
