-- All at once: the jobs may see when a session ends and nothing else of it, not even its key.
DELETE FROM django_session WHERE expire_date < %(before)s
