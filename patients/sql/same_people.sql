-- Which rows are about one person: those that share a name, and those whose names belong to one patient here.
ANALYZE stage_identifier (seq, system, value);
INSERT INTO stage_known
SELECT DISTINCT i.seq, p.patient_id
FROM stage_identifier i
JOIN patients_patientidentifier p ON (p.clinic_id, p.system, p.value) = (%(clinic)s, i.system, i.value);
INSERT INTO stage_link
SELECT i.seq, shared.link
FROM (
    SELECT system, value, row_number() OVER () AS link
    FROM stage_identifier GROUP BY system, value HAVING count(*) > 1
) shared JOIN stage_identifier i USING (system, value)
UNION ALL
SELECT k.seq, -k.patient_id
FROM (SELECT patient_id FROM stage_known GROUP BY patient_id HAVING count(*) > 1) shared
JOIN stage_known k USING (patient_id);
-- A row that names two patients stands with the shared ones too: it is looked at more closely there.
INSERT INTO stage_shared
SELECT seq, seq FROM stage_link UNION SELECT seq, seq FROM stage_known GROUP BY seq HAVING count(*) > 1;
ANALYZE stage_link, stage_shared;
