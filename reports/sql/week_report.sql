-- The reports just made, with statistics of their own: of the table that they stand in the planner knows nothing yet, and
-- for a country's lines it would look each of them up by reading them all.
CREATE TEMP TABLE week_report ON COMMIT DROP AS
SELECT id, clinic_id, year, week, revision FROM reports_weeklyreport WHERE id = ANY(%(reports)s)
