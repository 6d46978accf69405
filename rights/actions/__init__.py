"""What is done about a patient's rights: the only writers of this room."""
