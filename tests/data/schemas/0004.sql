-- Schema 4 with a small conversation, as it was released.  Never edit.
BEGIN TRANSACTION;
CREATE TABLE assistant_drafts (
            assistant_id TEXT PRIMARY KEY,
            settings TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
INSERT INTO "assistant_drafts" VALUES('','{"name":"Unsaved","description":"","instruction":"","connection_id":null,"model":"","truncation":{"max_prompt_tokens":7000,"last_messages":null},"completion":{"temperature":0.3,"max_tokens":null},"expiration":null,"labels":[]}',1767226500000000);
CREATE TABLE assistant_versions (
            assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            settings TEXT NOT NULL,
            note TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (assistant_id, version)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "assistant_versions" VALUES('01a206f47f037000bad810ab48609754',1,'{"name":"Helper","description":"Says what things are","instruction":"Answer briefly.","connection_id":"01a206f47f0270009612c19078ee01f4","model":"tiny","truncation":{"max_prompt_tokens":7000,"last_messages":null},"completion":{"temperature":0.3,"max_tokens":null},"expiration":{"ttl_days":30,"policy":"since_last_active"},"labels":[["kind","example"]]}','first',1767225720000000);
INSERT INTO "assistant_versions" VALUES('01a206f47f037000bad810ab48609754',2,'{"name":"Helper","description":"Says what things are","instruction":"Answer in one sentence.","connection_id":"01a206f47f0270009612c19078ee01f4","model":"tiny","truncation":{"max_prompt_tokens":7000,"last_messages":null},"completion":{"temperature":0.3,"max_tokens":null},"expiration":{"ttl_days":30,"policy":"since_last_active"},"labels":[["kind","example"]]}','shorter',1767225780000000);
CREATE TABLE assistants (
            id TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_active_at INTEGER NOT NULL,
            trashed_at INTEGER,
            remote_id TEXT NOT NULL DEFAULT ''
        ) STRICT;
INSERT INTO "assistants" VALUES('01a206f47f037000bad810ab48609754',2,1767225720000000,1767225780000000,1767225720000000,NULL,'');
CREATE TABLE call_rules (
            assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
            fingerprint TEXT NOT NULL,
            function TEXT NOT NULL,
            rule TEXT NOT NULL,
            decided_at INTEGER NOT NULL,
            PRIMARY KEY (assistant_id, fingerprint)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "call_rules" VALUES('01a206f47f037000bad810ab48609754','0000000000000000000000000000000000000000000000000000000000000000','weather','allow',1767226800000000);
CREATE TABLE connections (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            base_url TEXT NOT NULL,
            auth TEXT NOT NULL,
            model_path TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        , position INTEGER NOT NULL DEFAULT 0, details TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "connections" VALUES('01a206f47f0270009612c19078ee01f4','chat','Example','http://localhost:8080/v1','api-key','',1767225660000000,1767225660000000,0,'{"provider":"yandex","folder":"b1g00000000000000f01","operations_url":"","iam_url":"","network":{"proxy":"system","proxy_url":"","ca_path":"","allows_http":false,"max_concurrent":null,"retries":3},"is_chained":true,"is_background":false,"opts_out_of_logging":true}');
CREATE TABLE deleted_messages (
            seq INTEGER PRIMARY KEY,
            deletion_id TEXT NOT NULL REFERENCES deletions (message_id) ON DELETE CASCADE,
            id TEXT NOT NULL,
            thread_id TEXT NOT NULL,
            parent_id TEXT,
            position INTEGER NOT NULL,
            is_shown INTEGER NOT NULL,
            author TEXT NOT NULL,
            status TEXT NOT NULL,
            run_id TEXT,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL,
            text TEXT NOT NULL
        , citations TEXT NOT NULL DEFAULT '[]', steps TEXT NOT NULL DEFAULT '[]') STRICT;
INSERT INTO "deleted_messages" VALUES(4,'01a206f47f1f70009a04e13c30c2f9bb','01a206f47f1f70009a04e13c30c2f9bb','01a206f47f197000b17744660df667fd','01a206f47f1d70009a04e13c30c2f9ba',2,1,'user','completed',NULL,1767226500000000,'[]','Never mind.','[]','[]');
CREATE TABLE deletions (
            message_id TEXT PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            deleted_at INTEGER NOT NULL,
            moved_up TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
INSERT INTO "deletions" VALUES('01a206f47f1f70009a04e13c30c2f9bb','01a206f47f197000b17744660df667fd',1767226560000000,'');
CREATE TABLE messages (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            parent_id TEXT,
            position INTEGER NOT NULL,
            is_shown INTEGER NOT NULL,
            author TEXT NOT NULL,
            status TEXT NOT NULL,
            run_id TEXT,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL DEFAULT '[]',
            text TEXT NOT NULL
        , citations TEXT NOT NULL DEFAULT '[]', steps TEXT NOT NULL DEFAULT '[]') STRICT;
INSERT INTO "messages" VALUES(1,'01a206f47f1a70009f14d36caab93501','01a206f47f197000b17744660df667fd',NULL,0,1,'user','completed',NULL,1767225900000000,'[]','What is a thread?','[]','[]');
INSERT INTO "messages" VALUES(2,'01a206f47f1a70019cb045ccdeb9fd3b','01a206f47f197000b17744660df667fd','01a206f47f1a70009f14d36caab93501',1,0,'assistant','completed','01a206f47f1a7002b8f7e8cd97783f2d',1767225960000000,'[]','A string.','[{"title":"Threads","url":"https://example.org/threads","file_id":"","fragment":"","start":2,"end":14}]','[]');
INSERT INTO "messages" VALUES(3,'01a206f47f1d70009a04e13c30c2f9ba','01a206f47f197000b17744660df667fd','01a206f47f1a70009f14d36caab93501',1,1,'assistant','completed','01a206f47f1d7001b6705b7438c403cb',1767226200000000,'[]','A **conversation**.

Nothing more.','[]','[{"call":{"key":"0:0","name":"weather","arguments":"{\"city\": \"Tula\"}","call_id":"call_1"},"round":0,"place":0,"status":"done","result":"12","began_at":"2026-01-01T00:05:00Z","ended_at":"2026-01-01T00:05:01Z","is_search":false,"command":{"program":"/usr/bin/weather","arguments":["--json"],"time_limit_s":30,"output_limit_kb":64},"note":""}]');
CREATE TABLE migrations (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        applied_at INTEGER NOT NULL
    ) STRICT
;
INSERT INTO "migrations" VALUES(1,'records',1795413016320086);
INSERT INTO "migrations" VALUES(2,'deleted messages',1795413016320086);
INSERT INTO "migrations" VALUES(3,'services',1795668971662559);
INSERT INTO "migrations" VALUES(4,'tools',1795677849524136);
CREATE TABLE operations (
            id TEXT PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
            thread_id TEXT NOT NULL,
            message_id TEXT NOT NULL,
            connection_id TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL,
            sent_at INTEGER NOT NULL,
            checks INTEGER NOT NULL DEFAULT 0,
            checked_at INTEGER,
            next_check_at INTEGER,
            finished_at INTEGER,
            error TEXT
        ) STRICT;
INSERT INTO "operations" VALUES('01a206f47f1e7000a0b1c2d3e4f50617','01a206f47f1a7002b8f7e8cd97783f2d','01a206f47f197000b17744660df667fd','01a206f47f1a70019cb045ccdeb9fd3b','01a206f47f0270009612c19078ee01f4','fvtoperation00000001','done','00000000000000000000000000000000',1767226800000000,3,1767226860000000,NULL,1767226861000000,NULL);
CREATE TABLE pulled_messages (
            connection_id TEXT NOT NULL,
            thread_remote_id TEXT NOT NULL,
            n INTEGER NOT NULL,
            remote_id TEXT NOT NULL,
            author TEXT NOT NULL,
            author_id TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL,
            citations TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (connection_id, thread_remote_id, n)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "pulled_messages" VALUES('01a206f47f0270009612c19078ee01f4','fvtt0000000000000002',0,'fvtm0000000000000009','user','','completed',1767226800000000,'[]','[]','Half pulled');
CREATE TABLE pulls (
            connection_id TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            stage TEXT NOT NULL,
            page_token TEXT NOT NULL,
            counts TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
INSERT INTO "pulls" VALUES('01a206f47f0270009612c19078ee01f4','00000000000000000000000000000000','threads','b3BhcXVl','{"assistants":1,"versions":1,"threads":0,"messages":0,"new_messages":0}',1767226800000000);
CREATE TABLE remote_records (
            connection_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            local_id TEXT NOT NULL,
            local_version INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (connection_id, kind, remote_id)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "remote_records" VALUES('01a206f47f0270009612c19078ee01f4','assistant','fvta0000000000000001','01a206f47f037000bad810ab48609754',2);
INSERT INTO "remote_records" VALUES('01a206f47f0270009612c19078ee01f4','message','fvtm0000000000000001','01a206f47f1a70009f14d36caab93501',0);
INSERT INTO "remote_records" VALUES('01a206f47f0270009612c19078ee01f4','thread','fvtt0000000000000001','01a206f47f197000b17744660df667fd',0);
INSERT INTO "remote_records" VALUES('01a206f47f0270009612c19078ee01f4','version','fvtv0000000000000001','01a206f47f037000bad810ab48609754',1);
CREATE TABLE remote_threads (
            connection_id TEXT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            remote_id TEXT NOT NULL,
            first_message_id TEXT NOT NULL,
            last_message_id TEXT NOT NULL,
            message_count INTEGER NOT NULL,
            model TEXT NOT NULL,
            noted_at INTEGER NOT NULL,
            digest TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (connection_id, thread_id)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "remote_threads" VALUES('01a206f47f0270009612c19078ee01f4','01a206f47f197000b17744660df667fd','fvtt0000000000000001','01a206f47f1a70009f14d36caab93501','01a206f47f1a70019cb045ccdeb9fd3b',2,'gpt://b1g00000000000000f01/yandexgpt/latest',1767226800000000,'0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            message_id TEXT NOT NULL,
            assistant_id TEXT,
            assistant_version INTEGER NOT NULL,
            status TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            first_text_at INTEGER,
            ended_at INTEGER,
            prompt_tokens INTEGER,
            completion_tokens INTEGER,
            remote_id TEXT NOT NULL,
            owner TEXT NOT NULL,
            error TEXT,
            settings TEXT,
            seen TEXT NOT NULL
        , cursor INTEGER, details TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "runs" VALUES('01a206f47f1a7002b8f7e8cd97783f2d','01a206f47f197000b17744660df667fd','01a206f47f1a70019cb045ccdeb9fd3b','01a206f47f037000bad810ab48609754',2,'completed',1767226020000000,1767226080000000,1767226140000000,20,7,'','00000000000000000000000000000000',NULL,NULL,'01a206f47f1a70009f14d36caab93501',NULL,'{}');
INSERT INTO "runs" VALUES('01a206f47f1d7001b6705b7438c403cb','01a206f47f197000b17744660df667fd','01a206f47f1d70009a04e13c30c2f9ba','01a206f47f037000bad810ab48609754',2,'completed',1767226260000000,1767226320000000,1767226380000000,20,7,'','00000000000000000000000000000000',NULL,'{"name":"Helper","description":"Says what things are","instruction":"Answer in one sentence.","connection_id":"01a206f47f0270009612c19078ee01f4","model":"other","truncation":{"max_prompt_tokens":7000,"last_messages":null},"completion":{"temperature":0.3,"max_tokens":null},"expiration":{"ttl_days":30,"policy":"since_last_active"},"labels":[["kind","example"]]}','01a206f47f1a70009f14d36caab93501',NULL,'{"dropped":0,"prompt_tokens":21,"is_estimate":true,"fragments":0,"cost":{"amount":0.01,"currency":"RUB"},"request_id":"req-1","overrides":["completion"]}');
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('messages','messages_shown','2 2 1');
INSERT INTO "sqlite_stat1" VALUES('messages','messages_tree','3 3 2');
INSERT INTO "sqlite_stat1" VALUES('messages','sqlite_autoindex_messages_1','3 1');
INSERT INTO "sqlite_stat1" VALUES('threads','threads_live','1 1 1');
INSERT INTO "sqlite_stat1" VALUES('threads','sqlite_autoindex_threads_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('assistant_versions','assistant_versions','2 2 1');
CREATE TABLE threads (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL DEFAULT '',
            assistant_id TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            pinned_at INTEGER,
            archived_at INTEGER,
            trashed_at INTEGER,
            is_unread INTEGER NOT NULL DEFAULT 0,
            preview TEXT NOT NULL DEFAULT '',
            read_anchor TEXT,
            read_offset INTEGER NOT NULL DEFAULT 0,
            labels TEXT NOT NULL DEFAULT '[]',
            expiration TEXT,
            description TEXT NOT NULL DEFAULT '',
            draft TEXT NOT NULL DEFAULT ''
        , other_tools TEXT NOT NULL DEFAULT '[]') STRICT;
INSERT INTO "threads" VALUES('01a206f47f197000b17744660df667fd','What is a thread?','01a206f47f037000bad810ab48609754',1767225840000000,1767226380000000,1767226440000000,NULL,NULL,1,'A conversation. Nothing more.',NULL,0,'[]',NULL,'','And a run?','["{\"genSearch\": {\"description\": \"Rates\"}}"]');
CREATE TABLE token_ratios (
            connection_id TEXT NOT NULL,
            model TEXT NOT NULL,
            ratio REAL NOT NULL,
            reports INTEGER NOT NULL,
            noted_at INTEGER NOT NULL,
            PRIMARY KEY (connection_id, model)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "token_ratios" VALUES('01a206f47f0270009612c19078ee01f4','tiny',1.25,3,1767226800000000);
CREATE INDEX threads_live ON threads (assistant_id, updated_at)
            WHERE trashed_at IS NULL AND archived_at IS NULL;
CREATE INDEX messages_tree ON messages (thread_id, parent_id);
CREATE UNIQUE INDEX messages_shown ON messages (thread_id, position) WHERE is_shown;
CREATE INDEX runs_thread ON runs (thread_id);
CREATE INDEX runs_writing ON runs (owner) WHERE status = 'writing';
CREATE INDEX deletions_thread ON deletions (thread_id);
CREATE INDEX deleted_messages_deletion ON deleted_messages (deletion_id);
CREATE INDEX operations_open ON operations (next_check_at) WHERE status IN ('sending', 'waiting');
CREATE INDEX remote_records_local ON remote_records (local_id);
COMMIT;
PRAGMA user_version = 4;
