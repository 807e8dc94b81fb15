"""Every field of what the AI Assistant API holds, at its limits: from one store to the service and into another."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.pull import PullController
from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, PromptTruncation
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import AskedAssistant
from desktop_app.domain.remote import USUAL_EXPIRATION
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Thread
from desktop_app.services.yandex.assistant_api import AssistantApiService
from desktop_app.services.yandex_models import model_uri
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.pulled import PulledStore
from desktop_app.store.remote import RemoteStore
from desktop_app.store.secrets import SecretStore
from tests.assistants_folder import FOLDER
from tests.assistants_server import AssistantsServer
from tests.contract.test_assistant_api import connected, taken
from tests.contract.test_every_field import LARGEST, SETTINGS, THREAD, request_of
from tests.servers import KEY

HERE = ConnectionId("c")


class Profile:
    """A store and the service's folder, which assistants and threads go to and come from."""

    def __init__(self, folder: Path, server: AssistantsServer) -> None:
        folder.mkdir()
        self._server = server
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.assistants = AssistantStore(self.database)
        self.conversations = ConversationStore(self.database)
        self.records = ConnectionStore(self.database)
        self.connections = ConnectionsController(self.records, SecretStore("test"), self._service)
        self.pulling = PullController(
            PulledStore(self.database),
            RemoteStore(self.database),
            self.assistants,
            self.connections,
            "me",
            "me".__eq__,
            lambda _: None,
        )

    def _service(self, connection: Connection, _credentials: Credentials) -> Service:
        return AssistantApiService(replace(connection, auth=Auth.API_KEY), Credentials(Secret(KEY)))

    async def open(self) -> None:
        await self.database.open()
        await self.records.add(
            Connection(
                HERE, ConnectionKind.ASSISTANT_API, "Test", self._server.base_url, Auth.NONE, folder=FOLDER
            )
        )

    async def close(self) -> None:
        await self.pulling.close()
        await self.connections.close()
        await self.database.close()


@asynccontextmanager
async def profile(folder: Path, server: AssistantsServer) -> AsyncIterator[Profile]:
    made = Profile(folder, server)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


def elsewhere(settings: AssistantSettings) -> AssistantSettings:
    """What another machine learns of an assistant: all but what only the first one knows."""
    functions = tuple(replace(one, is_strict=False, command=None) for one in settings.functions)
    search = settings.search
    if search:  # when the model is to call it is not sent where it is always called
        rephraser = model_uri(search.rephraser, FOLDER)
        search = replace(search, rephraser=rephraser, name="search_files", instruction="")
    completion = CompletionOptions(min(1.0, settings.completion.temperature), settings.completion.max_tokens)
    return replace(
        settings,
        name=settings.name.strip(),
        model=model_uri(settings.model, FOLDER),
        completion=completion,
        functions=functions,
        search=search,
        labels=tuple(sorted(settings.labels)),
        expiration=None if settings.expiration == USUAL_EXPIRATION else settings.expiration,
    )


def comparable(settings: AssistantSettings) -> AssistantSettings:
    """Settings with JSON in one form: a protobuf keeps no order and prints its defaults."""
    functions = tuple(replace(one, parameters=in_order(one.parameters)) for one in settings.functions)
    schema = settings.response_format.schema
    return replace(
        settings,
        labels=tuple(sorted(settings.labels)),
        functions=functions,
        other_tools=tuple(map(bare, settings.other_tools)),
        response_format=replace(
            settings.response_format, schema=in_order(schema) if schema else "", name="reply"
        ),
    )


def in_order(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def bare(text: str) -> str:
    said = json.loads(text)
    if "genSearch" in said:
        options = said["genSearch"]["options"]
        said["genSearch"]["options"] = {name: value for name, value in options.items() if value}
    return json.dumps(said, sort_keys=True)


@pytest.mark.parametrize("is_camel", [True, False], ids=["camelCase", "snake_case"])
@pytest.mark.parametrize("settings", SETTINGS)
async def test_an_assistant_comes_to_another_store_as_it_left_the_first(
    settings: AssistantSettings, is_camel: bool, tmp_path: Path
) -> None:
    async with (
        AssistantsServer(is_camel=is_camel) as server,
        profile(tmp_path / "first", server) as first,
        profile(tmp_path / "second", server) as second,
    ):
        made = await first.assistants.create(replace(settings, connection_id=HERE))
        await first.pulling.push(made.id)
        await first.pulling.pull(HERE)
        (unchanged,) = await first.assistants.assistants()
        assert (unchanged.version, unchanged.settings) == (1, made.settings)

        await second.pulling.pull(HERE)
        (there,) = await second.assistants.assistants()
        expected = replace(elsewhere(settings), connection_id=HERE)
        assert comparable(there.settings) == comparable(expected)
        await second.pulling.pull(HERE)
        assert [one.version for one in await second.assistants.versions(there.id)] == [1]

        await second.pulling.push(there.id)
        await first.pulling.pull(HERE)
        (unchanged,) = await first.assistants.assistants()
        assert unchanged.settings == made.settings


async def test_a_thread_comes_to_the_store_with_all_its_fields(tmp_path: Path) -> None:
    async with AssistantsServer() as server, profile(tmp_path / "one", server) as here:
        async with connected(server) as api:
            await taken(api.run(replace(request_of(LARGEST), thread=THREAD)))
        await here.pulling.pull(HERE)
        (summary,) = await here.conversations.threads()
        thread = await here.conversations.thread(summary.id)
        assert isinstance(thread, Thread)
        assert (thread.name, thread.description) == (THREAD.name, THREAD.description)
        assert (dict(thread.labels), thread.expiration) == (dict(THREAD.labels), THREAD.expiration)
        assert list(map(bare, thread.other_tools)) == list(map(bare, THREAD.other_tools))


async def test_a_run_has_all_its_own_fields_at_their_limits() -> None:
    overrides = RunOverrides(
        completion=CompletionOptions(0.0, LARGEST.completion.max_tokens),
        truncation=LARGEST.truncation,
        response_format=LARGEST.response_format,
    )
    usual = AssistantSettings("Bot", model="scripted", functions=LARGEST.functions)
    wanted = overrides.of(usual)
    request = replace(request_of(wanted), assistant=AskedAssistant(usual), truncation=wanted.truncation)
    async with AssistantsServer() as server, connected(server) as api:
        await taken(api.run(request))
        (run,) = server.runs.values()
        said = MessageToDict(run.run)
        assert said["customPromptTruncationOptions"] == {
            "maxPromptTokens": str(LARGEST.truncation.max_prompt_tokens),
            "lastMessagesStrategy": {"numMessages": str(LARGEST.truncation.last_messages)},
        }
        assert said["customCompletionOptions"] == {
            "maxTokens": str(LARGEST.completion.max_tokens),
            "temperature": 0.0,
        }
        schema = json.loads(LARGEST.response_format.schema)
        assert said["customResponseFormat"] == {"jsonSchema": {"schema": schema}}
        assert "tools" not in said
        (assistant,) = server.folder.assistants.values()
        truncation = assistant.prompt_truncation_options
        assert truncation.max_prompt_tokens.value == PromptTruncation().max_prompt_tokens
        assert len(assistant.tools) == len(LARGEST.functions)
