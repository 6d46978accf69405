-- The patients that a segment shows, in its order: by a whole number (RANK, least first), then by name. So many after
-- the one of the key (`after`, `rank`), beside how many there are in all; one row without an id where there are none.
-- Names are put in order as patients/models/people.py says (NameOrder).
WITH __WITH__ found AS __HOW__ (
    SELECT pt.id, (__RANK__)::int AS rank, __FAMILY__ AS family, __GIVEN__ AS given
    FROM patients_patient pt __JOIN__
    WHERE pt.clinic_id = %(clinic)s AND __WHERE__
)
SELECT page.id, page.rank, counted.total
FROM (SELECT count(*) AS total FROM found) counted
LEFT JOIN LATERAL (
    SELECT found.* FROM found
    WHERE %(after)s::bigint IS NULL OR (rank, family, given, id) > (
        SELECT %(rank)s::int, __FAMILY__, __GIVEN__, pt.id FROM patients_patient pt
        WHERE pt.id = %(after)s AND pt.clinic_id = %(clinic)s
    )
    ORDER BY rank, family, given, id
    LIMIT %(limit)s
) page ON true
ORDER BY page.rank, page.family, page.given, page.id
