DELETE FROM reports_delivery WHERE id IN (
    SELECT id FROM reports_delivery WHERE at < %(before)s AND state NOT IN ('waiting', 'sending') LIMIT %(most)s
)
