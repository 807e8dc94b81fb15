"""A folder of the AI Assistant API in memory: its records and its rules, as the hosted service kept them.

Every update of an assistant makes a version, a mask without a temperature makes it 0.0, what nobody sets gets defaults.
``populate`` fills it: the same seed makes the same folder, ids and times included, with what readers stumble over:
nine digits of a second, content of unknown kinds, files that were deleted, empty names, threads without messages.
"""

import base64
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import ParseDict
from yandex.cloud.ai.assistants.v1 import assistant_pb2, assistant_service_pb2
from yandex.cloud.ai.assistants.v1.searchindex import search_index_pb2
from yandex.cloud.ai.assistants.v1.threads import message_pb2, thread_pb2, thread_service_pb2
from yandex.cloud.ai.files.v1 import file_pb2

from tests.protobuf_server import Message, Refusal

FOLDER = "b1g00000000000000f01"
SUBJECT = "aje00000000000000s01"
MODEL = f"gpt://{FOLDER}/yandexgpt/latest"
START_NS = 1_735_689_600_000_000_000  # 2025-01-01T00:00:00Z
TICK_NS = 1_000_123_457
DAY_NS = 86_400 * 10**9
INVALID, NOT_FOUND, DENIED, NOT_NOW = 3, 5, 7, 9
LEAST_CHUNK, LARGEST_CHUNK = 100, 2048

# A text part that begins like this is printed as a part of a kind that no descriptor knows.
UNKNOWN_PART = "unknown part: "
UNKNOWN_STATUS = 99

_WORDS = (
    "Kazan",
    "поезд",
    "билет",
    "кремль",
    "the",
    "river",
    "Волга",
    "ё",
    "**bold**",
    "`code`",
    "🚆",
    "a\u2028b",
)


@dataclass
class Folder:
    """The records by their ids; messages of a thread oldest first, versions of an assistant newest first.

    ``contents`` are those of files, ``indexed`` the files an index was made of.  ``has_partial_versions`` makes
    snapshots of versions hold only what their masks name.
    """

    seed: int = 1
    has_partial_versions: bool = False
    assistants: dict[str, Message] = field(default_factory=dict)
    versions: dict[str, list[Message]] = field(default_factory=dict)
    threads: dict[str, Message] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    files: dict[str, Message] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    indexes: dict[str, Message] = field(default_factory=dict)
    indexed: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._now_ns = START_NS

    def new_id(self) -> str:
        """The next id: 20 characters, as they were."""
        return "fvt" + "".join(self._chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=17))

    def tick(self) -> int:
        """The time of the next thing that happens, in ns; no two are the same."""
        self._now_ns += TICK_NS
        return self._now_ns

    # -- assistants

    def make_assistant(self, request: Message) -> Message:
        """A new assistant.  Raises Refusal."""
        made = assistant_pb2.Assistant(id=self.new_id(), created_by=SUBJECT, updated_by=SUBJECT)
        _copy_common_fields(request, made)
        if not made.prompt_truncation_options.WhichOneof("TruncationStrategy"):
            made.prompt_truncation_options.auto_strategy.SetInParent()
        self._date(made)
        self.assistants[made.id], self.versions[made.id] = made, []
        self._add_version(made)
        return made

    def update_assistant(self, request: Message) -> Message:
        """Apply an update by its mask.  Raises Refusal."""
        made = found(self.assistants, request.assistant_id, "Assistant")
        mask = request.update_mask
        mask.MergeMessage(request, made, True, True)
        is_temperature_named = "completion_options.temperature" in mask.paths
        if is_temperature_named and not request.completion_options.HasField("temperature"):
            made.completion_options.temperature.value = 0.0  # recorded: an explicit zero, not unset
        made.updated_at.FromNanoseconds(self.tick())
        _set_expiry(made)
        self._add_version(made, mask)
        return made

    def forget_assistant(self, assistant_id: str) -> None:
        """Delete an assistant, or let it expire."""
        found(self.assistants, assistant_id, "Assistant")
        del self.assistants[assistant_id], self.versions[assistant_id]

    def _add_version(self, assistant: Message, mask: Message = None) -> None:
        version = assistant_service_pb2.AssistantVersion(id=self.new_id(), update_mask=mask)
        if self.has_partial_versions:
            version.update_mask.MergeMessage(assistant, version.assistant)
            version.assistant.id = assistant.id
        else:
            version.assistant.CopyFrom(assistant)
        self.versions[assistant.id].insert(0, version)

    # -- threads and messages

    def make_thread(self, request: Message) -> Message:
        """A new thread with its first messages.  Raises Refusal."""
        made = thread_pb2.Thread(id=self.new_id(), created_by=SUBJECT, updated_by=SUBJECT)
        _copy_common_fields(request, made)
        made.default_message_author_id = request.default_message_author_id or self.new_id()
        self._date(made)
        self.threads[made.id], self.messages[made.id] = made, []
        for data in request.messages:
            self.add_message(made.id, data)
        return made

    def update_thread(self, request: Message) -> Message:
        """Apply an update by its mask.  Raises Refusal."""
        made = found(self.threads, request.thread_id, "Thread")
        request.update_mask.MergeMessage(request, made, True, True)
        made.updated_at.FromNanoseconds(self.tick())
        _set_expiry(made)
        return made

    def forget_thread(self, thread_id: str) -> None:
        """Delete a thread and its messages, or let it expire."""
        found(self.threads, thread_id, "Thread")
        del self.threads[thread_id], self.messages[thread_id]

    def add_message(self, thread_id: str, data: Message) -> Message:
        """Write a message into a thread.  Raises Refusal, also for half an author."""
        thread, author = found(self.threads, thread_id, "Thread"), data.author
        if bool(author.id) != bool(author.role):
            raise Refusal(INVALID, "author needs id and role")
        if not data.content.content:
            raise Refusal(INVALID, "content is empty")
        made: Message = message_pb2.Message(
            id=self.new_id(),
            thread_id=thread_id,
            created_by=SUBJECT,
            content=data.content,
            labels=dict(data.labels),
        )
        made.status = "COMPLETED"
        made.created_at.FromNanoseconds(self.tick())
        made.author.id = author.id or thread.default_message_author_id
        made.author.role = author.role or "USER"
        self.messages[thread_id].append(made)
        return made

    def said_in(self, thread_id: str) -> list[tuple[str, str]]:
        """Roles and texts of a thread, oldest first."""
        return [(message.author.role, said(message)) for message in self.messages[thread_id]]

    # -- files and search indexes

    def make_file(self, request: Message) -> Message:
        """A new file.  Raises Refusal."""
        made = file_pb2.File(id=self.new_id(), created_by=SUBJECT, updated_by=SUBJECT)
        _copy_common_fields(request, made)
        made.mime_type = request.mime_type or "text/plain"
        self._date(made)
        self.files[made.id], self.contents[made.id] = made, request.content
        return made

    def forget_file(self, file_id: str) -> None:
        """Delete a file; indexes made of it stay."""
        found(self.files, file_id, "File")
        del self.files[file_id], self.contents[file_id]

    def make_index(self, request: Message) -> Message:
        """A new index.  Raises Refusal, also for chunks that overlap too much."""
        for file_id in request.file_ids:
            found(self.files, file_id, "File")
        sizes = request.text_search_index.chunking_strategy.static_strategy
        size, overlap = sizes.max_chunk_size_tokens, sizes.chunk_overlap_tokens
        if not LEAST_CHUNK <= size <= LARGEST_CHUNK or not 0 <= overlap <= size // 2:
            raise Refusal(INVALID, f"chunks of {size} tokens that share {overlap}")
        made = search_index_pb2.SearchIndex(id=self.new_id(), created_by=SUBJECT, updated_by=SUBJECT)
        _copy_common_fields(request, made)
        self._date(made)
        self.indexes[made.id], self.indexed[made.id] = made, list(request.file_ids)
        return made

    def forget_index(self, index_id: str) -> None:
        """Delete an index."""
        found(self.indexes, index_id, "SearchIndex")
        del self.indexes[index_id], self.indexed[index_id]

    def _date(self, made: Message) -> None:
        now = self.tick()
        made.created_at.FromNanoseconds(now)
        made.updated_at.FromNanoseconds(now)
        _set_expiry(made)

    # -- a folder full of records

    def populate(
        self, *, assistants: int = 20, versions: int = 3, threads: int = 200, messages: int = 5000
    ) -> None:
        """Fill the folder; ``versions`` is the most an assistant has.

        ``messages`` are spread over all threads, a fifth of them or more stand in the last.
        """
        for number in range(assistants):
            self._populate_assistant(number, self._chance.randint(1, versions))
        weights = [self._chance.choice((0, 1, 1, 1, 2, 5)) for _ in range(threads - 1)]
        shares = [messages * weight * 4 // max(1, sum(weights) * 5) for weight in weights]
        for number, share in enumerate([*shares, messages - sum(shares)]):
            self._populate_thread(number, share)

    def _populate_assistant(self, number: int, versions: int) -> None:
        chance = self._chance
        request: Message = assistant_service_pb2.CreateAssistantRequest(
            folder_id=FOLDER,
            name=f"Assistant {number}" if number % 7 else "",
            model_uri=MODEL,
            instruction=chance.choice(("", "Be brief.", "Отвечай по-русски.\n\nКратко.")),
        )
        if number % 3 == 0:
            request.labels["team_name"] = f"t{number}"
            request.expiration_config.expiration_policy = chance.choice(("STATIC", "SINCE_LAST_ACTIVE"))
            request.expiration_config.ttl_days = chance.randint(1, 60)
        if number % 4 == 0:
            request.completion_options.temperature.value = chance.choice((0, 0.3, 1))
            request.completion_options.max_tokens.value = chance.randint(1, 8000)
            request.prompt_truncation_options.last_messages_strategy.num_messages = chance.randint(1, 50)
        if number % 5 == 0:
            parameters = {"type": "object", "properties": {"snake_key": {"type": "string"}}}
            ParseDict({"name": "get_weather", "parameters": parameters}, request.tools.add().function)
            ParseDict(parameters, request.response_format.json_schema.schema)
        made = self.make_assistant(request)
        for version in range(2, versions + 1):
            update = assistant_service_pb2.UpdateAssistantRequest(
                assistant_id=made.id, name=f"Assistant {number} v{version}", instruction=f"Version {version}."
            )
            update.update_mask.FromJsonString(chance.choice(("instruction", "name,instruction")))
            self.update_assistant(update)

    def _populate_thread(self, number: int, messages: int) -> None:
        chance = self._chance
        request = thread_service_pb2.CreateThreadRequest(folder_id=FOLDER)
        if number % 6:
            request.name = chance.choice((f"Thread {number}", f"Поездка в Казань № {number}", f"🚆 {number}"))
        if number % 9 == 0:
            request.description, request.labels["pinned"] = "About a trip", "1"
        thread = self.make_thread(request)
        assistant_id = chance.choice([*self.assistants, "fvtgone0000000000000"])
        for place in range(messages):
            is_reply = place % 2 == 1
            text = f"{number}.{place} {' '.join(chance.choices(_WORDS, k=chance.randint(1, 40)))}"
            made = self.add_message(thread.id, message_of(text, assistant_id if is_reply else ""))
            if is_reply:
                self._adorn(made)

    def _adorn(self, reply: Message) -> None:
        """Give a reply, now and then, what replies may have."""
        match self._chance.randint(0, 9):
            case 0:
                reply.status = self._chance.choice(("TRUNCATED", "FILTERED_CONTENT"))
            case 1:
                reply.status = UNKNOWN_STATUS
            case 2:
                reply.citations.append(citation("geo.md", "Kazan is the capital.", "fvtf0000000000000001"))
            case 3:
                reply.citations.append(citation("", "A deleted file said so."))
            case 4:
                reply.content.content.add().text.content = f"{UNKNOWN_PART}image"
            case 5:
                reply.labels["client_msg_id"] = reply.id


# -- values


def message_of(text: str, assistant_id: str = "") -> Message:
    """``MessageData``: a user's, or the reply of an assistant."""
    data = message_pb2.MessageData()
    data.content.content.add().text.content = text
    if assistant_id:
        data.author.id, data.author.role = assistant_id, "ASSISTANT"
    return data


def citation(file_name: str, fragment: str, file_id: str = "") -> Message:
    """A source; without a file id that of a deleted file, which is there and empty."""
    made = message_pb2.Citation()
    chunk = made.sources.add().chunk
    chunk.search_index.id, chunk.search_index.name = "fvti0000000000000001", "kb"
    chunk.source_file.SetInParent()
    chunk.source_file.id, chunk.source_file.name = file_id, file_name
    chunk.content.content.add().text.content = fragment
    return made


def said(message: Message) -> str:
    """The text of a message."""
    return "\n".join(part.text.content for part in message.content.content)


def found(records: Mapping[str, Any], record_id: str, kind: str) -> Any:
    """The record.  Raises Refusal (NOT_FOUND)."""
    if record_id not in records:
        raise Refusal(NOT_FOUND, f"{kind} with id {record_id} not found")
    return records[record_id]


def page_of(
    records: Sequence[Message], size: int, token: str, *, has_last_token: bool = True
) -> tuple[list[Message], str]:
    """A page of dated ``records``, newest first, and the token of the next; a token is the place of its last record.

    With ``has_last_token`` the last page has one as well, and an empty page follows.
    """
    ordered = sorted(records, key=_place, reverse=True)
    if token:
        ordered = [record for record in ordered if _place(record) < _place_in(token)]
    shown = ordered[:size]
    is_last = len(shown) == len(ordered)
    return shown, _token(shown[-1]) if shown and (has_last_token or not is_last) else ""


def _place(record: Message) -> tuple[int, str]:
    return record.created_at.ToNanoseconds(), record.id


def _token(record: Message) -> str:
    time_ns, record_id = _place(record)
    return base64.b64encode(f"{time_ns} {record_id}".encode()).decode()


def _place_in(token: str) -> tuple[int, str]:
    try:
        time_ns, record_id = base64.b64decode(token, validate=True).decode().split(" ")
        return int(time_ns), record_id
    except ValueError as error:
        raise Refusal(INVALID, "page_token is invalid") from error


def _copy_common_fields(request: Message, made: Message) -> None:
    """What a request and the record it makes have in common."""
    if request.folder_id != FOLDER:
        raise Refusal(DENIED, "Permission to [resource-manager.folder] denied")
    for descriptor, value in request.ListFields():
        if descriptor.name in made.DESCRIPTOR.fields_by_name:
            _copy_field(made, descriptor, value)


def _copy_field(made: Message, descriptor: Any, value: Any) -> None:
    name = descriptor.name
    if descriptor.is_repeated:
        getattr(made, name).MergeFrom(value)
    elif descriptor.message_type:
        getattr(made, name).CopyFrom(value)
    else:
        setattr(made, name, value)


def _set_expiry(made: Message) -> None:
    """Counted from the making, also after a change of the lifetime: recorded behaviour.  Seven days by default."""
    if not made.HasField("expiration_config"):
        made.expiration_config.expiration_policy, made.expiration_config.ttl_days = "SINCE_LAST_ACTIVE", 7
    days = made.expiration_config.ttl_days
    made.expires_at.FromNanoseconds(made.created_at.ToNanoseconds() + days * DAY_NS)
