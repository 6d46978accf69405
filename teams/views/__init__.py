"""The doors into the team's room."""
