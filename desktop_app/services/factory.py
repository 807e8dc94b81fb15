"""Which adapter serves a connection."""

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.secret import Credentials
from desktop_app.domain.service import Service, ServiceFactory
from desktop_app.services.device.on_device import OnDeviceModel, OnDeviceService
from desktop_app.services.openai.chat_completions import ChatCompletionsService
from desktop_app.services.openai.responses import ResponsesService
from desktop_app.services.yandex.assistant_api import AssistantApiService
from desktop_app.services.yandex.text_generation import YandexTextService


def service_factory(model: OnDeviceModel) -> ServiceFactory:
    """Makes services; those of the on-device kind share ``model``."""

    def make(connection: Connection, credentials: Credentials) -> Service:
        match connection.kind:
            case ConnectionKind.ON_DEVICE:
                return OnDeviceService(model, connection)
            case ConnectionKind.CHAT:
                return ChatCompletionsService(connection, credentials)
            case ConnectionKind.RESPONSES:
                return ResponsesService(connection, credentials)
            case ConnectionKind.YANDEX_TEXT:
                return YandexTextService(connection, credentials)
            case ConnectionKind.ASSISTANT_API:
                return AssistantApiService(connection, credentials)

    return make
