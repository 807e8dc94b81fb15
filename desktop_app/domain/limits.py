"""Limits that views need before any record is loaded."""

THREAD_NAME_LIMIT = 200
