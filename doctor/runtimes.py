"""When AWS ends the support of each Python runtime.

Taken from cfn-lint's data, which is kept up to date; a test compares the two, so that an update shows what is missing.
"""

DEPRECATED = {
    "python2.7": "2021-07-15",
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
    "python3.11": "2027-06-30",
    "python3.12": "2028-10-31",
    "python3.13": "2029-06-30",
    "python3.14": "2029-06-30",
}
