"""What a pull has brought, told by the ids of the service: two profiles that pulled the same answer alike."""

PULLED = {
    "messages": (
        "SELECT r.remote_id, p.remote_id, t.remote_id, m.position, m.is_shown, m.author, m.status, m.text,"
        " m.labels, m.citations, m.created_at FROM messages m"
        " LEFT JOIN remote_records r ON r.local_id = m.id AND r.kind = 'message'"
        " LEFT JOIN remote_records p ON p.local_id = m.parent_id AND p.kind = 'message'"
        " JOIN remote_records t ON t.local_id = m.thread_id AND t.kind = 'thread' ORDER BY 3, 4, 1"
    ),
    "threads": (
        "SELECT r.remote_id, t.name, t.description, t.labels, t.expiration, t.created_at, t.updated_at, t.is_unread,"
        " t.preview, a.remote_id, h.remote_id, h.message_count, h.digest FROM threads t"
        " LEFT JOIN remote_records r ON r.local_id = t.id AND r.kind = 'thread'"
        " LEFT JOIN remote_records a ON a.local_id = t.assistant_id AND a.kind = 'assistant'"
        " LEFT JOIN remote_threads h ON h.thread_id = t.id ORDER BY 1"
    ),
    "assistants": (
        "SELECT r.remote_id, a.version, r.local_version, v.version, json_remove(v.settings, '$.connection_id'),"
        " v.created_at, a.created_at, a.updated_at FROM assistants a"
        " JOIN remote_records r ON r.local_id = a.id AND r.kind = 'assistant'"
        " JOIN assistant_versions v ON v.assistant_id = a.id ORDER BY 1, 4"
    ),
    "versions": "SELECT remote_id, local_version FROM remote_records WHERE kind = 'version' ORDER BY 1",
    "left over": "SELECT connection_id FROM pulled_messages UNION ALL SELECT connection_id FROM pulls",
}
