"""The composition root of addresses: pages under /o/<slug>/, REST under /api/, sign-in under /accounts/."""

from django.urls import include, path

from salestargets.web.pages.home import home
from salestargets.web.pages.language import language
from salestargets.web.pages.start import start_empty

handler500 = "salestargets.web.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("start/", start_empty, name="start_empty"),
    path("language/", language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("o/<slug:slug>/", include("salestargets.web.urls")),
    path("o/<slug:slug>/", include("salestargets.api.pages")),
    path("o/<slug:slug>/", include("salestargets.alerts.urls")),
    path("o/<slug:slug>/", include("kpis.urls")),
    path("o/<slug:slug>/", include("pipeline.urls")),
    path("o/<slug:slug>/", include("targets.urls")),
    path("o/<slug:slug>/", include("reviews.urls")),
    path("api/v1/", include("salestargets.alerts.api_urls")),
    path("api/v1/", include("kpis.api_urls")),
    path("api/v1/", include("pipeline.api_urls")),
    path("api/v1/", include("targets.api_urls")),
    path("api/v1/", include("reviews.api_urls")),
    path("api/", include("salestargets.api.urls")),
]
