-- Where an import waits until all of it has been read and found good. Gone with the transaction, or with the
-- next import of the same one.
-- No nested loops: a clinic that is new is one that the database believes has hardly a row, and a table of it read
-- anew for each of a hundred thousand rows takes hours. By hash or by order, the worst is a table read once.
SET LOCAL enable_nestloop = off;
DROP TABLE IF EXISTS stage_patient, stage_identifier, stage_refused, stage_condition, stage_medication,
    stage_encounter, stage_known, stage_link, stage_shared, stage_person, stage_name, stage_amended, stage_gone, stage_kept,
    told_condition, told_medication, told_encounter, stage_ended;
-- First what the rows say.
CREATE TEMP TABLE stage_patient (
    seq bigint, file text, row int,
    given_name text, family_name text, birth_date date, sex text, list_doctor_id bigint, usual_nurse_id bigint,
    home_care bool, deceased_on date, deceased_exact bool, moved_on date, all_drugs_told bool
) ON COMMIT DROP;
CREATE TEMP TABLE stage_identifier (seq bigint, system text, value text) ON COMMIT DROP;
CREATE TEMP TABLE stage_refused (system text, value text) ON COMMIT DROP;
-- `about`: the patient of the same row; else the row names somebody by `system` and `value`.
CREATE TEMP TABLE stage_condition (
    seq bigint, file text, row int, about bigint, system text, value text,
    icpc2 text, source_system text, source_code text, source_text text, starts_on date, ends_on date, mistaken bool
) ON COMMIT DROP;
CREATE TEMP TABLE stage_medication (
    seq bigint, file text, row int, about bigint, system text, value text,
    source_system text, source_code text, text text, starts_on date, ends_on date, in_use bool
) ON COMMIT DROP;
CREATE TEMP TABLE stage_encounter (
    seq bigint, file text, row int, about bigint, system text, value text,
    source_id text, act_class text, department text, starts_at timestamptz, ends_at timestamptz
) ON COMMIT DROP;
-- Then who is who: patients that a row names, what ties rows together, and the leader of each that is tied to
-- another; who stands alone is not in these last two.
CREATE TEMP TABLE stage_known (seq bigint, patient_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE stage_link (seq bigint, link bigint) ON COMMIT DROP;
CREATE TEMP TABLE stage_shared (seq bigint PRIMARY KEY, leader bigint) ON COMMIT DROP;
-- One row a person, with the number of the patient it is or will be; and what the import calls the good ones.
CREATE TEMP TABLE stage_person (
    leader bigint, patient_id bigint, known bool, fault text,
    given_name text, family_name text, birth_date date, sex text, list_doctor_id bigint, usual_nurse_id bigint,
    home_care bool, deceased_on date, deceased_exact bool, moved_on date, all_drugs_told bool, rows int
) ON COMMIT DROP;
CREATE TEMP TABLE stage_name (system text, value text, patient_id bigint, born bool) ON COMMIT DROP;
-- Last what is to become of it: `fate` is new, changed or unchanged. `born`: the patient comes with this import, so
-- that nobody else can have written of them.
CREATE TEMP TABLE stage_amended (
    patient_id bigint, given_name text, family_name text, birth_date date, sex text, list_doctor_id bigint,
    usual_nurse_id bigint, home_care bool, deceased_on date, moved_on date
) ON COMMIT DROP;
CREATE TEMP TABLE stage_gone (patient_id bigint) ON COMMIT DROP;
-- What somebody here has set right and the import says otherwise: not taken in. `field` as in a change.
CREATE TEMP TABLE stage_kept (patient_id bigint, field text) ON COMMIT DROP;
CREATE TEMP TABLE told_condition (
    patient_id bigint, icpc2 text, source_system text, source_code text, source_text text, starts_on date,
    ends_on date, file text, row int, rows int, born bool, fate text
) ON COMMIT DROP;
CREATE TEMP TABLE told_medication (
    patient_id bigint, source_code text, starts_on date, source_system text, text text, ends_on date,
    file text, row int, rows int, born bool, fate text
) ON COMMIT DROP;
CREATE TEMP TABLE told_encounter (
    patient_id bigint, source_id text, act_class text, department text, starts_at timestamptz,
    ends_at timestamptz, file text, row int, rows int, born bool, fate text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_ended (medication_id bigint, patient_id bigint, ends_on date) ON COMMIT DROP;
