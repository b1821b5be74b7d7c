"""Every address of the server."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.clickjacking import xframe_options_exempt
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from chat.admin.login import login
from chat.pages import chat_page, widget_script
from chatbot_project import health
from chatbot_project.book import book_page

# Shown in a frame on the Space's page. Neither has anything of a session to be clicked at unawares.
chat_page = xframe_options_exempt(chat_page)
book_page = xframe_options_exempt(book_page)

urlpatterns = [
    path("", chat_page, name="chat"),
    path("widget.js", widget_script, name="widget"),
    path("", include("chat.urls")),
    path("book/", book_page, name="book"),
    path("book/<path:path>", book_page, name="book-page"),
    path("health", health.health),
    path("health/live", health.live),
    path("api/health", health.api_health),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("admin/login/", login),  # before the admin's own
    path("admin/", admin.site.urls),
]

handler400 = "chatbot_project.error_pages.bad_request"
handler403 = "chatbot_project.error_pages.permission_denied"
handler404 = "chatbot_project.error_pages.not_found"
handler500 = "chatbot_project.error_pages.server_error"
