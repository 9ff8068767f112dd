"""Benchmarks. Each is `python -m bench.NAME [--json]`; with `--json` one object a line per figure."""
