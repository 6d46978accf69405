DELETE FROM patients_importproblem WHERE id IN (
    SELECT p.id FROM patients_importproblem p JOIN patients_importrun r ON r.id = p.run_id
    WHERE coalesce(r.finished_at, r.started_at) < %(before)s AND r.state NOT IN ('mapping', 'waiting', 'running', 'ready')
    LIMIT %(most)s
)
