-- A request is asked, then granted or refused, then done or stopped; when, the database says. What it is about never
-- changes. So nobody who writes as the application can make one that has waited already, or turn one at another patient.
CREATE FUNCTION rights_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF fordel_deleting(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.state := 'asked';
        NEW.asked_at := now();
        NEW.decided_by_id := NULL;
        NEW.decided_at := NULL;
        NEW.stopped_by_id := NULL;
        NEW.stopped_at := NULL;
        RETURN NEW;
    END IF;
    IF (NEW.clinic_id, NEW.patient_id, NEW.scope, NEW."row", NEW.asker, NEW.wish, NEW.asked_by_id, NEW.asked_at)
        IS DISTINCT FROM
        (OLD.clinic_id, OLD.patient_id, OLD.scope, OLD."row", OLD.asker, OLD.wish, OLD.asked_by_id, OLD.asked_at)
    THEN
        RAISE EXCEPTION 'what was asked never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'asked' AND NEW.state IN ('granted', 'refused') THEN
        NEW.decided_at := now();
    ELSIF (NEW.ground, NEW.reason, NEW.decided_by_id, NEW.decided_at)
        IS DISTINCT FROM (OLD.ground, OLD.reason, OLD.decided_by_id, OLD.decided_at)
    THEN
        RAISE EXCEPTION 'a decision never changes' USING ERRCODE = 'insufficient_privilege';
    ELSIF OLD.state IN ('asked', 'granted') AND NEW.state = 'stopped' THEN
        NEW.stopped_at := now();
    ELSIF (NEW.state, NEW.stopped_by_id, NEW.stopped_at) IS DISTINCT FROM (OLD.state, OLD.stopped_by_id, OLD.stopped_at)
    THEN
        RAISE EXCEPTION 'not from % to %', OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
