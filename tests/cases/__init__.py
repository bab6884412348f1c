"""Incidents that happened, as case files: what was seen, what the doctor makes of it, and which claims of that night it judges.

Each folder `incident-*` holds `evidence.json`, further moments or variants as `evidence-<what>.json`, what `doctor replay`
says of each (`verdict*.json`, `verdict*.md`), `rows.yaml` (each claim with its judgement) and `later.yaml` (claims that wait
for evidence of another kind). All names, numbers and ids are invented.

    python -m tests.cases           write the derived evidence and every verdict anew
    python -m tests.cases.record    play the scenes in the laboratory and record them anew (root; Debian packages)
"""
