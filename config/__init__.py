"""Wiring. Knows every room, holds no rule. Empty, so that config.services runs before anything is set."""
