SELECT count(DISTINCT patient_id) FROM stage_kept;
