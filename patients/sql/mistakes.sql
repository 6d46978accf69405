-- What the sender says was a mistake ends what we hold by the same code, if nothing else in the import says that the
-- patient has it. Of the rest there is nothing to say.
WITH told AS MATERIALIZED (
    SELECT c.* FROM ({about}) c
)
DELETE FROM stage_condition s
WHERE s.mistaken AND NOT EXISTS (
    SELECT FROM told t
    JOIN patients_condition old ON (old.clinic_id, old.patient_id, old.icpc2, old.source_system, old.source_code)
        = (%(clinic)s, t.patient_id, t.icpc2, t.source_system, t.source_code)
    WHERE t.seq = s.seq AND old.ends_on IS NULL AND old.struck_at IS NULL AND NOT EXISTS (
        SELECT FROM told other
        WHERE (other.patient_id, other.icpc2) = (t.patient_id, t.icpc2) AND NOT other.mistaken
    )
)
