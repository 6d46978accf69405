-- New patients get their numbers in the order of their leaders, so that the two can be matched again.
WITH born AS (
    INSERT INTO patients_patient (clinic_id, given_name, family_name, birth_date, sex, list_doctor_id,
        home_care, deceased_on, created_at)
    SELECT %(clinic)s, given_name, family_name, birth_date, sex, list_doctor_id, false, deceased_on, now()
    FROM stage_person WHERE fault IS NULL AND NOT known
    ORDER BY leader
    RETURNING id, birth_date
), numbered AS (
    SELECT id, birth_date, row_number() OVER (ORDER BY id) AS n FROM born
), waiting AS (
    SELECT leader, birth_date, row_number() OVER (ORDER BY leader) AS n
    FROM stage_person WHERE fault IS NULL AND NOT known
)
UPDATE stage_person s
-- Never a wrong match: were the order ever another, the division by zero stops the import.
SET patient_id = numbered.id / (numbered.birth_date = waiting.birth_date)::int
FROM waiting JOIN numbered USING (n)
WHERE s.leader = waiting.leader;
