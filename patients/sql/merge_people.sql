-- One step towards one leader a person: where rows are tied together, the higher leaders follow the lowest. Every
-- leader who still has somebody lower beside it is gone with the step, so at least half of them are.
UPDATE stage_shared p SET leader = lowest.leader
FROM (
    SELECT mine.leader AS higher, min(tied.leader) AS leader
    FROM stage_link l JOIN stage_shared mine USING (seq)
    JOIN (
        SELECT l.link, min(p.leader) AS leader
        FROM stage_link l JOIN stage_shared p USING (seq)
        GROUP BY l.link
    ) tied USING (link)
    GROUP BY mine.leader
) lowest
WHERE p.seq = lowest.higher AND p.leader > lowest.leader;
