"""Use cases: asyncio without Qt.  Runs and HTTP live on the worker's loop, for the window and headless commands."""
