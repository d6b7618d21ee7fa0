"""Accounts in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal.persian_text import search_key


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ("username", "hub_username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("username", "hub_username", "email", "first_name", "last_name")
    readonly_fields = ("hub_username", "hub_user_created_at", "last_login", "date_joined")
    fieldsets = (
        *UserAdmin.fieldsets,
        (_("JupyterHub"), {"fields": ("hub_username", "hub_user_created_at", "language")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return super().get_search_results(request, queryset, search_key(search_term))
