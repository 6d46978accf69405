"""Reading what a clinic's systems export: files in, frozen rows or row errors out. No database.

    source      where bytes come from: a file, a folder, a zip; size, names, text encoding
    rows        what every format becomes
    values      single values: dates, names, codes
    codes       which conditions we follow, and SNOMED CT → ICPC-2
    patient_list, synthea, fhir   one module per format
    reading     recognises the formats and strings them together

Rows are streamed: a reader holds one row at a time, whatever the size of the file.
"""
