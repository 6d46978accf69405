"""What is decided about people and their time: verbs, by subject; the only writers."""

from teams.actions.overtime import MOST_OVERTIME, allow_overtime

__all__ = ["MOST_OVERTIME", "allow_overtime"]
