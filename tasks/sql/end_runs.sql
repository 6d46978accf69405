-- What each run came to, unless somebody has discarded it meanwhile. One that was decided at once (a night's) is decided when it ran.
UPDATE tasks_allocationrun r
SET state = e.state, reference = e.reference, placed = e.placed, unplaced = e.unplaced, moved = e.moved,
    levels = e.levels, bound = e.bound, gap = e.gap, seconds = e.seconds, stopped_early = e.stopped_early,
    loads = e.loads, "left" = e.left_over, first_day = %(first_day)s,
    decided_at = CASE WHEN e.state = 'applied' THEN %(now)s ELSE r.decided_at END
FROM unnest(
    %(runs)s::bigint[], %(states)s::text[], %(references)s::text[], %(placed)s::int[], %(unplaced)s::int[],
    %(moved)s::int[], %(levels)s::jsonb[], %(bounds)s::bigint[], %(gaps)s::float[], %(seconds)s::float[],
    %(early)s::bool[], %(loads)s::jsonb[], %(left)s::jsonb[]
) AS e (id, state, reference, placed, unplaced, moved, levels, bound, gap, seconds, stopped_early, loads, left_over)
WHERE r.id = e.id AND r.state = 'running'
