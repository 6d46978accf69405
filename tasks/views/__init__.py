"""The web's doors into the tasks' room."""
