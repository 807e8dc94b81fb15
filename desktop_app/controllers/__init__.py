"""Use cases: asyncio without Qt.  Runs and HTTP live on the worker's loop; the window and headless commands share them."""
