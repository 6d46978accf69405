-- One step towards one leader a person: a row follows the lowest leader among all that share a name with it.
-- Repeated until nothing moves, since A may share with B and B with C.
UPDATE stage_patient p SET leader = lowest.leader
FROM (
    SELECT i.seq, min(shared.leader) AS leader
    FROM stage_identifier i
    JOIN (
        SELECT i.system, i.value, min(p.leader) AS leader
        FROM stage_identifier i JOIN stage_patient p USING (seq)
        GROUP BY i.system, i.value
        HAVING count(*) > 1
    ) shared USING (system, value)
    GROUP BY i.seq
) lowest
WHERE p.seq = lowest.seq AND p.leader > lowest.leader;
