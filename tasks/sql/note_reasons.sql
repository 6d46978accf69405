-- Tasks that stay where they are, for another reason than the one that stands with them. Nothing happened to
-- the task: its version and its story stay as they are.
UPDATE tasks_task t SET why = n.why
FROM unnest(%(tasks)s::bigint[], %(versions)s::int[], %(whys)s::jsonb[]) AS n (id, version, why)
WHERE t.id = n.id AND t.version = n.version
