-- That there was one, and how good it was, stays: reports count it.
UPDATE tasks_allocationrun SET loads = '{}', "left" = '[]' WHERE id IN (
    SELECT id FROM tasks_allocationrun
    WHERE ran_at < %(before)s AND state NOT IN ('waiting', 'running', 'proposed') AND (loads <> '{}' OR "left" <> '[]')
    LIMIT %(most)s
)
