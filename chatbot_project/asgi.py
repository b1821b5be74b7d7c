"""The application: HTTP goes to Django, WebSockets to the chat's consumers."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot_project.settings")
http = get_asgi_application()

# Models can be imported only once Django is set up.
from chat.routing import websocket_urlpatterns  # noqa: E402
from chatbot_project.websocket import WebSocketGate, refuse  # noqa: E402

# Django's type of a route knows only views.
elsewhere = re_path(r"", refuse)  # type: ignore[arg-type]
websocket = WebSocketGate(URLRouter([*websocket_urlpatterns, elsewhere]))
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
