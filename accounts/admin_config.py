"""Configuration of Django's admin: its site is ours."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "accounts.second_factor.staff_site.StaffSite"
