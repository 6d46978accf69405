SELECT coalesce(sum(rows), 0)::int, count(*), count(*) FILTER (WHERE NOT known),
    (SELECT count(*) FROM stage_amended), (SELECT count(*) FROM stage_gone)
FROM stage_person WHERE fault IS NULL;
