"""IAM policy documents: read as hostile JSON, and evaluated for one concrete call. Pure: standard library alone."""
