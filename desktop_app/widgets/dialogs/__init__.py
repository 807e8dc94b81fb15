"""Dialogs: window-modal, opened with ``open()``; they take values in by methods and state facts by signals."""
