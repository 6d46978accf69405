SELECT coalesce(sum(rows), 0)::int, count(*), count(*) FILTER (WHERE fate = 'new'),
    count(*) FILTER (WHERE fate = 'changed')
FROM told_{kind};
