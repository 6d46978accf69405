DELETE FROM patients_importchange WHERE id IN (
    SELECT c.id FROM patients_importchange c JOIN patients_importrun r ON r.id = c.run_id
    WHERE coalesce(r.finished_at, r.started_at) < %(before)s AND r.state NOT IN ('mapping', 'waiting', 'running', 'ready')
    LIMIT %(most)s
)
