-- Carries out one deletion that was decided on, and leaves its trace; returns how many rows went from which table, or
-- null when there is nothing to do. All or nothing: it is one transaction.
--
-- It runs as the tables' owner, since nobody else may delete. So it believes nobody: it reads the decision itself, and
-- refuses unless a doctor who leads that clinic made it, another than who asked where there is another leader, a week ago
-- by the database's own clock; and no more than ten patients of a clinic a day, so that forged decisions cannot empty one.
CREATE FUNCTION rights_carry_out(which bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked rights_deletionrequest;
    trace bigint;
    doomed bigint[] := '{}';
    code text;
    decided date;
    counts jsonb := '{}';
    target record;
    n bigint;
BEGIN
    SELECT * INTO asked FROM rights_deletionrequest WHERE id = which FOR UPDATE;
    IF NOT FOUND OR asked.state <> 'granted' THEN
        RETURN NULL;
    END IF;
    decided := (asked.decided_at AT TIME ZONE 'Europe/Oslo')::date;
    PERFORM FROM teams_member m
    WHERE m.id = asked.decided_by_id AND m.clinic_id = asked.clinic_id AND m.profession = 'doctor' AND m.access = 'leader'
        AND m.starts_on <= decided AND (m.ends_on IS NULL OR m.ends_on >= decided) AND m.access_until >= decided;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'decided' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF asked.asked_by_id = asked.decided_by_id AND EXISTS (
        SELECT FROM teams_member m
        WHERE m.clinic_id = asked.clinic_id AND m.access = 'leader' AND m.user_id IS NOT NULL AND m.id <> asked.decided_by_id
            AND m.starts_on <= decided AND (m.ends_on IS NULL OR m.ends_on >= decided) AND m.access_until >= decided
    ) THEN
        RAISE EXCEPTION 'alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF asked.decided_at + interval '7 days' > now() THEN
        RAISE EXCEPTION 'early' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Of one clinic one at a time, so that the ten are counted.
    PERFORM FROM teams_clinic WHERE id = asked.clinic_id FOR NO KEY UPDATE;
    IF asked.scope = 'patient' AND 10 <= (
        SELECT count(*) FROM rights_deletion d
        WHERE d.clinic_id = asked.clinic_id AND d.scope = 'patient' AND d.at > now() - interval '24 hours'
    ) THEN
        RAISE EXCEPTION 'many' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM patients_patient WHERE id = asked.patient_id AND clinic_id = asked.clinic_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'gone' USING ERRCODE = 'no_data_found';
    END IF;

    -- From here until the setting is cleared, tables that are only added to let their owner delete.
    PERFORM set_config('fordel.deletion', txid_current()::text, true);
    SET CONSTRAINTS ALL DEFERRED;
    trace := nextval(pg_get_serial_sequence('rights_deletion', 'id'));

    IF asked.scope = 'patient' THEN
        SELECT coalesce(array_agg(id), '{}') INTO doomed FROM tasks_task WHERE patient_id = asked.patient_id;
    ELSIF asked.scope = 'task' THEN
        SELECT array_agg(id) INTO doomed FROM tasks_task
        WHERE id = asked.row AND patient_id = asked.patient_id AND ended_at IS NOT NULL;
        IF doomed IS NULL THEN
            RAISE EXCEPTION 'gone' USING ERRCODE = 'no_data_found';
        END IF;
    END IF;

    -- Others' tasks stay, and forget these. What nobody got is told by number in the sharing out.
    UPDATE tasks_task SET after_id = NULL WHERE after_id = ANY (doomed) AND NOT id = ANY (doomed);
    UPDATE tasks_task SET leads_to_id = NULL WHERE leads_to_id = ANY (doomed) AND NOT id = ANY (doomed);
    UPDATE tasks_allocationrun r
    SET "left" = (
        SELECT coalesce(jsonb_agg(each), '[]') FROM jsonb_array_elements(r."left") AS each
        WHERE NOT (each ->> 0)::bigint = ANY (doomed)
    )
    WHERE r.clinic_id = asked.clinic_id AND EXISTS (
        SELECT FROM jsonb_array_elements(r."left") AS each WHERE (each ->> 0)::bigint = ANY (doomed)
    );
    GET DIAGNOSTICS n = ROW_COUNT;
    counts := counts || jsonb_build_object('tasks_allocationrun', n);

    IF asked.scope = 'patient' THEN
        INSERT INTO rights_keptaccess (clinic_id, deletion_id, member_id, user_id, at, ground)
        SELECT clinic_id, trace, member_id, user_id, at, ground
        FROM patients_patientaccess WHERE patient_id = asked.patient_id
        UNION ALL
        SELECT clinic_id, trace, member_id, user_id, at, ground
        FROM patients_listshown WHERE clinic_id = asked.clinic_id AND patients @> ARRAY[asked.patient_id]
        UNION ALL
        SELECT clinic_id, trace, member_id, user_id, at, 'nødåpning'
        FROM patients_breakglass WHERE patient_id = asked.patient_id;
        UPDATE patients_listshown SET patients = array_remove(patients, asked.patient_id)
        WHERE clinic_id = asked.clinic_id AND patients @> ARRAY[asked.patient_id];
        DELETE FROM rights_tombstone WHERE back_id = asked.patient_id;
        INSERT INTO rights_tombstone (clinic_id, deletion_id, salt, digest)
        SELECT i.clinic_id, trace, s.salt, sha256(s.salt || convert_to(i.system || '|' || i.value, 'UTF8'))
        FROM patients_patientidentifier i
        -- Of the row, so that every row gets a salt of its own.
        CROSS JOIN LATERAL (SELECT uuid_send(gen_random_uuid()) || int8send(i.id) AS salt) s
        WHERE i.patient_id = asked.patient_id;
        DELETE FROM rights_deletionrequest WHERE patient_id = asked.patient_id AND id <> which;
    ELSIF asked.scope = 'condition' THEN
        DELETE FROM patients_condition WHERE id = asked.row AND patient_id = asked.patient_id RETURNING icpc2 INTO code;
        IF code IS NULL THEN
            RAISE EXCEPTION 'gone' USING ERRCODE = 'no_data_found';
        END IF;
        DELETE FROM patients_patientchange WHERE patient_id = asked.patient_id AND field = 'condition:' || code;
        GET DIAGNOSTICS n = ROW_COUNT;
        counts := counts || jsonb_build_object('patients_condition', 1, 'patients_patientchange', n);
    ELSIF asked.scope = 'medication' THEN
        DELETE FROM patients_medication WHERE id = asked.row AND patient_id = asked.patient_id;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n = 0 THEN
            RAISE EXCEPTION 'gone' USING ERRCODE = 'no_data_found';
        END IF;
        counts := counts || jsonb_build_object('patients_medication', n);
    END IF;

    -- What hangs on something goes before what it hangs on.
    FOR target IN
        SELECT * FROM (VALUES
            (false, 'rights_rectification', 'task_id = ANY ($1)'),
            (false, 'tasks_taskevent', 'task_id = ANY ($1)'),
            (false, 'tasks_allocationchange', 'task_id = ANY ($1)'),
            (false, 'tasks_bulkitem', 'task_id = ANY ($1)'),
            (false, 'tasks_senderreturn', 'task_id = ANY ($1)'),
            (false, 'tasks_journalnote', 'task_id = ANY ($1)'),
            (false, 'tasks_task', 'id = ANY ($1)'),
            (true, 'tasks_journalnote', 'patient_id = $2'),
            (true, 'tasks_planevent', 'plan_id IN (SELECT id FROM tasks_followupplan WHERE patient_id = $2)'),
            (true, 'tasks_planstep', 'plan_id IN (SELECT id FROM tasks_followupplan WHERE patient_id = $2)'),
            (true, 'tasks_followupplan', 'patient_id = $2'),
            (true, 'patients_discharge', 'patient_id = $2'),
            (true, 'patients_encounter', 'patient_id = $2'),
            (true, 'patients_medication', 'patient_id = $2'),
            (true, 'patients_condition', 'patient_id = $2'),
            (true, 'patients_patientchange', 'patient_id = $2'),
            (true, 'patients_importchange', 'patient_id = $2'),
            (true, 'patients_patientaccess', 'patient_id = $2'),
            (true, 'patients_accessreview', 'patient_id = $2'),
            (true, 'patients_breakglass', 'patient_id = $2'),
            (true, 'patients_block', 'patient_id = $2'),
            (true, 'patients_patientidentifier', 'patient_id = $2')
        ) AS t (of_patient, name, whose)
    LOOP
        CONTINUE WHEN target.of_patient AND asked.scope <> 'patient';
        EXECUTE format('DELETE FROM %I WHERE ', target.name) || target.whose USING doomed, asked.patient_id;
        GET DIAGNOSTICS n = ROW_COUNT;
        counts := counts || jsonb_build_object(target.name, n + coalesce((counts ->> target.name)::bigint, 0));
    END LOOP;

    INSERT INTO rights_deletion (id, clinic_id, request_id, scope, ground, asked_by_id, decided_by_id, decided_at, at, counts)
    VALUES (trace, asked.clinic_id, which, asked.scope, asked.ground, asked.asked_by_id, asked.decided_by_id,
        asked.decided_at, now(), jsonb_strip_nulls(counts));
    UPDATE rights_deletionrequest
    SET state = 'done', patient_id = NULL, "row" = NULL, wish = '', reason = '', problem = ''
    WHERE id = which;
    IF asked.scope = 'patient' THEN
        DELETE FROM patients_patient WHERE id = asked.patient_id;
    END IF;
    -- What still points at something that is gone stops it here, with the name of the key.
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM set_config('fordel.deletion', '', true);
    RETURN counts;
END $$
