-- One step towards one leader a person: a row follows the lowest leader among all that are tied to it.
-- Repeated until nothing moves, since A may share with B and B with C.
UPDATE stage_shared p SET leader = lowest.leader
FROM (
    SELECT l.seq, min(tied.leader) AS leader
    FROM stage_link l
    JOIN (
        SELECT l.link, min(p.leader) AS leader
        FROM stage_link l JOIN stage_shared p USING (seq)
        GROUP BY l.link
    ) tied USING (link)
    GROUP BY l.seq
) lowest
WHERE p.seq = lowest.seq AND p.leader > lowest.leader;
