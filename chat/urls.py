"""The API's addresses."""

from django.urls import path

from chat import compat, history, views

urlpatterns = [
    path("v1/query", views.QueryView.as_view()),
    path("v1/search", views.SearchView.as_view()),
    path("v1/index", views.IndexView.as_view()),
    path("v1/suggestions", views.SuggestionsView.as_view()),
    path("v1/conversations", history.ConversationListView.as_view()),
    path("v1/conversations/<uuid:conversation_id>", history.ConversationView.as_view()),
    path("v1/conversations/<uuid:conversation_id>/messages", history.MessageListView.as_view()),
    path("v1/messages/<uuid:message_id>/feedback", history.FeedbackView.as_view()),
    path("v1/messages/<uuid:message_id>/events", views.MessageEventsView.as_view()),
    path("v1/messages/<uuid:message_id>/cancel", views.CancelView.as_view()),
    path("api/chat", compat.CompatChatView.as_view()),
    path("api/conversation/<uuid:conversation_id>", compat.CompatConversationView.as_view()),
]
