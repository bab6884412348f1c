"""IAM policy documents: read as hostile JSON, and judged for one concrete call. Pure: standard library alone.

`layers.judged` is the one evaluator. It judges the policies of one kind, as far as their documents are read: the role's own,
its boundary, a VPC endpoint's, a resource's. What it says of the calls that a function usually makes is put together in
`doctor.areas.permission`.

The kinds are not added up. Each has its own check, and what any of them denies is denied. One thing outweighs that the role's
own policies allow nothing: a resource's policy that lets the role in by itself. Grants on keys and the policies of sessions
and organizations are not read; AWS's own words tell of them when it denies a read.
"""
