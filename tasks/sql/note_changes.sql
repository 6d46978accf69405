-- Puts down which tasks these runs give somebody else, another day, or nobody. No new why (null) keeps the old.
INSERT INTO tasks_allocationchange (clinic_id, run_id, task_id, version, from_member_id, from_day, from_why,
                                    from_minutes, to_member_id, to_day, to_why, to_minutes, applied)
SELECT t.clinic_id, c.run_id, t.id, c.version, c.from_member, c.from_day, t.why,
       c.from_minutes, c.to_member, c.to_day, coalesce(c.why, t.why), c.to_minutes, false
FROM unnest(
    %(runs)s::bigint[], %(tasks)s::bigint[], %(versions)s::int[], %(from_members)s::bigint[], %(from_days)s::date[],
    %(from_minutes)s::int[], %(to_members)s::bigint[], %(to_days)s::date[], %(whys)s::jsonb[], %(to_minutes)s::int[]
) WITH ORDINALITY
  AS c (run_id, task_id, version, from_member, from_day, from_minutes, to_member, to_day, why, to_minutes, place)
JOIN tasks_task t ON t.id = c.task_id
ORDER BY c.place
