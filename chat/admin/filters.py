"""What narrows the lists: by day, and by what happened in a conversation's turns."""

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RadioFilter, RangeDateFilter
from unfold.utils import parse_date_str

from chat.models import Conversation, Feedback, Message


class DayRangeFilter(RangeDateFilter):
    """From one day to another, both included, in the site's time zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:  # type: ignore[type-arg]
        first, last = self._day("from"), self._day("to")
        bounds = Q()
        if first:
            bounds &= Q(**{f"{self.field_path}__gte": _midnight(first)})
        if last:
            bounds &= Q(**{f"{self.field_path}__lt": _midnight(last + timedelta(days=1))})
        return queryset.filter(bounds)

    def _day(self, end: str) -> date | None:
        value: date | None = parse_date_str(self.used_parameters.get(f"{self.field_path}_{end}", ""))
        return value


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class AnsweredFilter(RadioFilter):
    title = "answered"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("no", "Something was not in the book"), ("yes", "Everything was answered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        return _with_or_without(
            queryset, self.value(), has_message(answered=False), present="no", absent="yes"
        )


class DegradedFilter(RadioFilter):
    title = "degraded"
    parameter_name = "degraded"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "The model failed at least once"), ("no", "Never")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        return _with_or_without(
            queryset, self.value(), has_message(degraded=True), present="yes", absent="no"
        )


class RatingFilter(RadioFilter):
    title = "rating"
    parameter_name = "rating"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [*Feedback.Rating.choices, ("none", "Not rated")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        match self.value():
            case Feedback.Rating.UP | Feedback.Rating.DOWN as rating:
                return queryset.filter(has_message(feedback__rating=rating))
            case "none":
                return queryset.exclude(has_message(feedback__isnull=False))
        return queryset


def has_message(**conditions: object) -> Exists:
    """Whether a conversation holds such a message; unlike a join, it repeats no conversation."""
    return Exists(Message.objects.filter(conversation=OuterRef("pk"), **conditions))


def _with_or_without(
    conversations: QuerySet[Conversation],
    chosen: str | None,
    condition: Combinable,
    *,
    present: str,
    absent: str,
) -> QuerySet[Conversation]:
    if chosen == present:
        return conversations.filter(condition)
    if chosen == absent:
        return conversations.exclude(condition)
    return conversations
