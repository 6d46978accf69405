-- Every row of a person who cannot be taken in, and why.
SELECT p.file, p.row, s.fault
FROM stage_person s LEFT JOIN stage_shared l USING (leader)
JOIN stage_patient p ON p.seq = coalesce(l.seq, s.leader)
WHERE s.fault IS NOT NULL
ORDER BY p.seq;
