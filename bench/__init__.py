"""Benchmarks: ratios of one run, measured side by side. `python -m bench` runs all, `python -m bench.probes` one."""
