"""What a caller may do with what they may see."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from chat.access import caller_of
from chat.errors import StaffOnlyReads


class StaffOnlyReadsPermission(BasePermission):
    """Conversations are their visitors': staff may read them. Raises StaffOnlyReads."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if caller_of(request).staff and request.method not in SAFE_METHODS:
            raise StaffOnlyReads
        return True
