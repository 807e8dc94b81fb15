"""Nitka: a native desktop client for AI assistants, and the permanent home of their history.

One idea: **assistants, threads, messages and runs are the user's own records; services are adapters
that answer a run.**  One window, one store and one export serve every service.

The tree, from the window down; imports point one way, and import-linter checks it::

    __main__      the way in: words, profile, which program to run
    application   the window program: one window a profile (single_window), startup, then session
    session       the living window: loops, backend, the way out
    startup       up to the first paint: Qt alone
    headless/     commands without a window, on the same backend; selftest
    logs          log files, redaction, last-resort handlers; hardening: no core dumps, private files
    widgets/      views: main window, panes, composer, transcript, details, dialogs
    qt/           between controllers and views: the bridge, models, intents, the desktop's notifications
    controllers/  use cases, asyncio without Qt: worker, tasks, runs, operations, pull, library, connections; backend
                  builds them by hand
    services/     adapters to what answers a run; the only place of httpx.  transport/ the way there, reading/ what
                  comes, openai/ and yandex/ the protocols, device/ the model on this machine; factory makes them
    store/        what is kept on this machine: database, settings, secrets
    documents/    files of many kinds to text and word forms, in a process of its own
    export/       values to bytes: Markdown, HTML, JSON
    markdown/     Markdown as a flat list of items that can grow; what is copied, found and read aloud is made of them
    domain/       values and rules; no I/O

The life of one answer::

    composer -> RunIntents.send -> RunsController (worker loop): user message and an empty reply are committed
      -> Service.run(request) yields run events -> Normaliser turns deltas and snapshots into TextEdits
         -> store, at most 250 ms late         -> Bridge (a deque) -> message pane, at most once a frame
                                                  -> Document: settled items stay, the open end is parsed again
                                                  -> Flow: blocks are laid out, what changed is drawn
      -> exactly one ending: completed, truncated, filtered, failed, stopped, interrupted

The model may call functions instead of ending: the service pauses, ReplyCalls judges each call (unknown, bad arguments,
a rule, else the user is asked), programs and the search answer side by side, and the next round goes on with the
results.  Steps are journaled before a program is started: after a kill nothing is done twice without a yes.

What an adapter can do besides answering has a protocol each in ``domain.service``: Resuming (read a run on after a
break or a crash), Submitting (give the results of calls to a run that waits there), Deferring (send now, fetch later:
the operations), Counting (tokens), Holding (assistants and threads to pull and push), Indexing in
``domain.remote_files`` (files and search indexes there).  What is particular to a provider is data in
``domain.providers``.

Threads of the program: the window's (Qt, later joined by a small asyncio loop for intents), one worker (asyncio:
all HTTP, all runs), one for SQLite, one for the keyring, one each for the colours of code and for pictures, begun with
the first of them, two for the SQLite file of the assistants' files, once there are any, and one for a moment where a
dialog has something longer to work out.  The on-device model is a process of its own,
and so is what reads documents, and what checks the arguments of a call.
"""

__version__ = "0.1.0"
