DELETE FROM tasks_bulkitem WHERE id IN (
    SELECT i.id FROM tasks_bulkitem i JOIN tasks_bulkchange b ON b.id = i.bulk_id WHERE b.at < %(before)s LIMIT %(most)s
)
