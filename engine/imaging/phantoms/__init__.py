"""Procedural fundus photographs and chest radiographs with known truth, for demo, tests and experiments."""
