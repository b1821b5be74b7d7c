"""What the book's owner sees: conversations, gaps in the book, feedback, accounts."""

from chat.admin.accounts import AccountAdmin, AccountGroupAdmin
from chat.admin.conversations import ConversationAdmin
from chat.admin.feedback import FeedbackAdmin
from chat.admin.unanswered import UnansweredQuestionAdmin

__all__ = [
    "AccountAdmin",
    "AccountGroupAdmin",
    "ConversationAdmin",
    "FeedbackAdmin",
    "UnansweredQuestionAdmin",
]
