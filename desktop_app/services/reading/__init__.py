"""What comes, made readable wherever it is cut: server-sent events, streams of JSON, keys and texts in one form."""
