-- Puts tasks back as they stood before a change of many: one row each of `rows`, all of them locked and looked at.
UPDATE tasks_task t
SET state = b.state, assignee_id = b.assignee, planned_on = b.planned_on, opens_on = b.opens_on,
    pinned = b.pinned, pinned_day = b.pinned_day, why = b.why, closing = '', ended_at = NULL,
    version = t.version + 1
FROM jsonb_to_recordset(%(rows)s::jsonb) AS b (id bigint, state text, assignee bigint, planned_on date,
                                               opens_on date, pinned boolean, pinned_day boolean, why jsonb)
WHERE t.id = b.id AND t.clinic_id = %(clinic)s
