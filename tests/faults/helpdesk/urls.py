"""Which address the help desk answers. Read inside its own environment only, never by a test."""

from django.contrib import admin  # type: ignore[import-not-found]
from django.urls import include, path  # type: ignore[import-not-found]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("helpdesk.urls")),
]
