"""Views that go wrong in every way, under an API path and elsewhere."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatbot_project import health
from chatbot_project.errors import ApiError
from chatbot_project.request_ids import current_request_id
from knowledge.errors import IndexEmpty, VectorStoreUnavailable

handler400 = "chatbot_project.error_pages.bad_request"
handler403 = "chatbot_project.error_pages.permission_denied"
handler404 = "chatbot_project.error_pages.not_found"
handler500 = "chatbot_project.error_pages.server_error"

SECRET = "postgres://user:secret@db.internal/book"


class Teapot(ApiError):
    status_code = 418
    code = "teapot"
    detail = "This is a teapot."
    retryable = True


FAILURES: dict[str, Callable[[], Exception]] = {
    "teapot": Teapot,
    "hot-teapot": lambda: Teapot("Too hot.", retry_after=1.2, errors={"tea": ["Too hot."]}),
    "index-empty": lambda: IndexEmpty(SECRET, retry_after=7),
    "store": lambda: VectorStoreUnavailable(SECRET),
    "database": lambda: OperationalError(SECRET),
    "integrity": lambda: IntegrityError(SECRET),
    "bug": lambda: RuntimeError(SECRET),
    "missing": lambda: Http404(SECRET),
    "forbidden": lambda: PermissionDenied(SECRET),
    "suspicious": lambda: SuspiciousOperation(SECRET),
    "throttled": lambda: exceptions.Throttled(wait=2.2),
    "unauthenticated": exceptions.NotAuthenticated,
    "nested": lambda: exceptions.ValidationError({"frames": [{}, {"text": ["Too long."]}]}),
}


class QuestionSerializer(serializers.Serializer[Any]):
    query = serializers.CharField(max_length=10)
    top_k = serializers.IntegerField(required=False)


class FailingView(APIView):
    authentication_classes = ()

    def get(self, request: Request, name: str) -> NoReturn:
        raise FAILURES[name]()

    def post(self, request: Request, name: str) -> Response:
        question = QuestionSerializer(data=request.data)
        question.is_valid(raise_exception=True)
        return Response(question.data)


def plain(request: HttpRequest, name: str) -> HttpResponse:
    raise FAILURES[name]()


async def which_id(request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_request_id.get())


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


urlpatterns = [
    path("v1/rest/<name>", FailingView.as_view()),
    path("v1/plain/<name>", plain),
    path("v1/id", which_id),
    path("v1/form", form),
    path("page/<name>", plain),
    path("form", form),
    path("health", health.health),
    path("health/live", health.live),
    path("api/health", health.api_health),
]
