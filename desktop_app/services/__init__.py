"""Adapters to what answers a run; the only place of httpx."""
