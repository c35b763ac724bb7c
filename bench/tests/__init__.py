"""Tests of the benches and of the simulated comment section."""
