"""Experiments: datasets, collecting, scoring, statistics and the command line."""
