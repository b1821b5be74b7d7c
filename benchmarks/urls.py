"""The product's addresses, and a view of REST framework that does nothing."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatbot_project.urls import urlpatterns as product


class EmptyView(APIView):
    def post(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("empty", EmptyView.as_view()), *product]
