"""Addresses of second factors: allauth's, with our views for some of them."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.second_factor import views

# Before allauth's, which have the same paths and names.
urlpatterns = [
    path("", views.SignInSecurity.as_view(), name="mfa_index"),
    path("authenticate/", views.SecondStep.as_view(), name="mfa_authenticate"),
    path("recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/generate/",
        views.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
if "webauthn" in settings.MFA_SUPPORTED_TYPES:
    urlpatterns += [
        path(
            "webauthn/",
            RedirectView.as_view(pattern_name="mfa_index"),  # it lists them
            name="mfa_list_webauthn",
        ),
        path("webauthn/login/", views.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
        path(
            "webauthn/reauthenticate/",
            views.ReauthenticationByPasskey.as_view(),
            name="mfa_reauthenticate_webauthn",
        ),
    ]
urlpatterns.append(path("", include("allauth.mfa.urls")))
