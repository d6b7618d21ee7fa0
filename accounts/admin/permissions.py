"""Permissions as staff read them: Django stores their names in English."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User

_VERBS = {"add": _("Add"), "change": _("Change"), "delete": _("Delete"), "view": _("View")}


class PermissionsField(ModelMultipleChoiceField):
    """Choice of permissions, each as "application | model | what one may do with it"."""

    def label_from_instance(self, obj: Any) -> str:
        verb = _VERBS.get(obj.codename.partition("_")[0], obj.name)
        return f"{obj.content_type} | {verb}"


def permissions_of_the_admin() -> QuerySet[Permission]:
    """Return the permissions of the models in the admin: elsewhere they open nothing."""
    models = [model for model in apps.get_models() if admin.site.is_registered(model)]
    types = ContentType.objects.get_for_models(*models).values()
    return Permission.objects.filter(content_type__in=list(types))


class PermissionsAdmin(admin.ModelAdmin):
    """Offer permissions by names in the reader's language, and count no links to them."""

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: Any = None, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Permission:
            kwargs["form_class"] = PermissionsField
            kwargs["queryset"] = permissions_of_the_admin()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what a deletion asks about, without rows that only link: they have no name."""
        rows, counts, missing, protected = super().get_deleted_objects(objs, request)
        links = [model._meta for model in _LINKS]
        names = tuple(f"{capfirst(link.verbose_name)}: " for link in links)
        for link in links:
            counts.pop(str(link.verbose_name_plural), None)
        return _without(rows, names), counts, missing, protected


_LINKS = (User.groups.through, User.user_permissions.through, Group.permissions.through)


def _without(rows: list[Any], names: tuple[str, ...]) -> list[Any]:
    return [
        _without(row, names) if isinstance(row, list) else row
        for row in rows
        if isinstance(row, list) or not str(row).startswith(names)
    ]
