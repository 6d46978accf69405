DELETE FROM scenarios_scenario WHERE id IN (
    SELECT id FROM scenarios_scenario
    WHERE coalesce(ran_at, asked_at) < %(before)s AND state NOT IN ('waiting', 'running') LIMIT %(most)s
)
