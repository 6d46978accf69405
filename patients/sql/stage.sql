-- Where an import waits until all of it has been read and found good. Gone with the transaction, or with the
-- next import of the same one.
DROP TABLE IF EXISTS stage_patient, stage_identifier, stage_refused, stage_condition, stage_medication,
    stage_encounter, stage_person;
CREATE TEMP TABLE stage_patient (
    seq bigint PRIMARY KEY, file text, row int,
    given_name text, family_name text, birth_date date, sex text, list_doctor_id bigint,
    deceased_on date, deceased_exact bool, all_drugs_told bool,
    leader bigint
) ON COMMIT DROP;
CREATE TEMP TABLE stage_identifier (seq bigint, system text, value text) ON COMMIT DROP;
CREATE TEMP TABLE stage_refused (system text, value text) ON COMMIT DROP;
CREATE TEMP TABLE stage_condition (
    seq bigint, file text, row int, system text, value text,
    icpc2 text, source_system text, source_code text, source_text text, starts_on date, ends_on date,
    leader bigint, patient_id bigint
) ON COMMIT DROP;
CREATE TEMP TABLE stage_medication (
    seq bigint, file text, row int, system text, value text,
    source_system text, source_code text, text text, starts_on date, ends_on date, in_use bool,
    leader bigint, patient_id bigint
) ON COMMIT DROP;
CREATE TEMP TABLE stage_encounter (
    seq bigint, file text, row int, system text, value text,
    source_id text, act_class text, department text, starts_at timestamptz, ends_at timestamptz,
    leader bigint, patient_id bigint
) ON COMMIT DROP;
-- One row a person: a person of the import, with the patient it is once that is known.
CREATE TEMP TABLE stage_person (
    leader bigint PRIMARY KEY, patient_id bigint, known bool, fault text,
    given_name text, family_name text, birth_date date, sex text, list_doctor_id bigint,
    deceased_on date, deceased_exact bool, all_drugs_told bool, rows int
) ON COMMIT DROP;
