"""The benchmarks: ``python -m bench`` measures speed and memory against named baselines. Never part of the tests."""
