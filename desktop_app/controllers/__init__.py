"""Use cases: asyncio without Qt; runs and HTTP live on the worker's loop, shared by the window and headless commands."""
