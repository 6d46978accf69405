"""Reading what a clinic's systems export: files in, frozen rows or row errors out. No database.

    rows        what every format becomes
    values      single values: dates, names, numbers
    codes       which conditions we follow, and SNOMED CT and ICD-10 → ICPC-2; titles: what ICPC-2 calls its codes
    source      where bytes come from: a file, a folder, a zip; size, names, text encoding
    tables, sheets   CSV and XLSX: headings, and rows of cells
    mapping     columns under somebody else's headings
    patient_list, synthea   what the rows of a table are
    fhir_json, fhir_files   NDJSON and Bundles: resources, one at a time
    fhir, fhir_patient, fhir_practitioners   what a resource is
    recognising, reading    recognise the formats, and string it all together
    pick, fhir_pick   some rows, written back as they came

Rows are streamed: a reader holds a few hundred rows at a time, whatever the size of the file.
"""
