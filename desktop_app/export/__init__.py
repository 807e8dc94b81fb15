"""Values to bytes, and back where nothing may be lost: Markdown, HTML, JSON."""
