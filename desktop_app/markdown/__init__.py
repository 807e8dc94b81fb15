"""Markdown as a flat list of items that can grow; nothing of Qt here."""
