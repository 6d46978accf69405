SELECT (SELECT count(*) FROM ({about}) m WHERE NOT in_use AND patient_id IS NOT NULL),
    (SELECT count(*) FROM stage_ended);
