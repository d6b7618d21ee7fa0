"""URLs of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.oidc_views import authorize, issue_token
from accounts.preference_views import choose_language, choose_theme
from accounts.session_views import Sessions
from accounts.views import Addresses, ForgottenPassword, SignUp, edit_profile
from jupyter_integration.admin.system_state import show_system_state
from jupyter_integration.api.server import ServerView
from jupyter_integration.views import (
    dashboard,
    first_steps,
    health,
    help_threads,
    personal_data,
    server,
    support,
)
from jupyter_integration.views.lab_certificate import check_lab_host
from jupyter_integration.views.sign_out import SignOut
from jupyter_integration.webhooks import receive_hub_event
from portal.browser_addresses import (
    lead_to_password_change,
    show_favicon,
    show_manifest,
    show_robots,
    show_service_worker,
)
from portal.views import show_help_index, show_help_page, show_landing

urlpatterns = [
    # The most frequent first: Django tries them in this order.
    path("", show_landing, name="landing"),
    path("dashboard/", dashboard.show_dashboard, name="dashboard"),
    path("dashboard/server/", dashboard.show_server_card, name="server_card"),
    path("dashboard/first-steps/", first_steps.dismiss, name="first_steps_dismiss"),
    path("api/v1/server/", ServerView.as_view(), name="api-server"),
    path("server/start/", server.start, name="server_start"),
    path("server/stop/", server.stop, name="server_stop"),
    path("server/cancel/", server.cancel, name="server_cancel"),
    path("server/open/", server.open_lab, name="server_open"),
    path("server/open-with/", server.open_with, name="server_open_with"),
    path("help/", show_help_index, name="help_index"),
    path("help/ask/", support.ask_for_help, name="help"),
    path("help/requests/", help_threads.list_help_requests, name="help_requests"),
    path("help/<int:number>/", help_threads.show_help_request, name="help_request"),
    path("help/<slug:topic>/", show_help_page, name="help_page"),
    path("accounts/profile/", edit_profile, name="profile"),
    path("accounts/data/", personal_data.download_data, name="download_data"),
    path("accounts/delete/", personal_data.delete_own_account, name="delete_account"),
    path("privacy/", personal_data.show_privacy, name="privacy"),
    # Before allauth's, which have the same paths: ours have additional rules.
    path("accounts/signup/", SignUp.as_view(), name="account_signup"),
    path("accounts/logout/", SignOut.as_view(), name="account_logout"),
    path("accounts/sessions/", Sessions.as_view(), name="usersessions_list"),
    path("accounts/password/reset/", ForgottenPassword.as_view(), name="account_reset_password"),
    path("accounts/email/", Addresses.as_view(), name="account_email"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("accounts.second_factor.urls")),
    path("identity/o/authorize", authorize),
    path("identity/o/api/token", issue_token),
    path("", include("allauth.idp.urls")),
    path("language/", choose_language, name="set_language"),
    path("theme/", choose_theme, name="set_theme"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("hooks/jupyterhub/", receive_hub_event, name="hub_event"),
    re_path(r"^manifest-(?P<language>fa|en)\.webmanifest$", show_manifest, name="manifest"),
    path("service-worker.js", show_service_worker, name="service_worker"),
    path("favicon.ico", show_favicon),
    path("robots.txt", show_robots),
    path(".well-known/change-password", lead_to_password_change),
    path("edge/certificate", check_lab_host, name="lab_certificate"),
    path("health", health.show_health, name="health"),
    path("health/ready", health.show_readiness, name="health-ready"),
    # allauth's sign-in with its rate limits; the admin's own has none.
    path("admin/login/", secure_admin_login(admin.site.login)),
    # The admin's own leave the Hub's session open, and count no wrong passwords.
    path("admin/logout/", SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/hub/", admin.site.admin_view(show_system_state), name="system_state"),
    path("admin/", admin.site.urls),
]
