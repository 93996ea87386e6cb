"""What docs/performance.md claims, measured: one file per benchmark. `python -m benchmarks --only main`."""
