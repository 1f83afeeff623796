"""Benchmarks of submit hosts over time: how they are set, and the files that they come in."""
