"""The web's doors to the patients' room."""
