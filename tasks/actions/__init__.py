"""The only writers of tasks, plans and programmes."""
