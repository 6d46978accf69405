-- Where each of these tasks stands on Min dag (the number of its section, tasks/queries/day.py), as of the working day
-- shown and the date: on a day off they differ, and what is late is counted from the date. A hard deadline stands first
-- from when it is due or somebody was warned of it; what has no due date never stands above what is overdue.
-- __TASKS__ is a query for the tasks; what follows it (the sums and the first rows, or a later page) comes from there.
WITH placed AS MATERIALIZED (
    SELECT t.*,
        CASE
            WHEN t.hard AND (t.due_on <= %s OR t.escalated > 0) THEN 0
            WHEN t.part = 'sign' AND EXISTS (
                SELECT FROM tasks_task preparation WHERE preparation.id = t.after_id AND preparation.ended_at IS NULL
            ) THEN 6
            WHEN t.opens_on > %s THEN 5
            WHEN t.due_on < %s THEN 1
            WHEN t.due_on <= %s OR t.planned_on <= %s THEN 2
            WHEN t.due_on <= %s OR t.planned_on <= %s THEN 3
            WHEN t.due_on IS NULL AND t.planned_on IS NULL THEN 4
            ELSE 5
        END AS section
    FROM (__TASKS__) t
)
