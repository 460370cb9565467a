"""What the settings module takes over for the HTML kit: plain values, no models, no settings."""

from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]

INSTALLED_APPS = [
    "django.forms",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "salestargets.web",
]

# Outside everything that may answer by itself, so that no answer lacks its headers.
OUTER_MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "salestargets.web.middleware.pages_are_not_stored",
]
# Inside django.contrib.messages.
MIDDLEWARE = [
    "django_htmx.middleware.HtmxMiddleware",
    "salestargets.web.middleware.messages_for_htmx",
    "salestargets.web.middleware.deeds_lead_to_their_page",
]

FORM_RENDERER = "salestargets.web.forms.Renderer"

# A component sees what it is given, and the context processors; never the page's variables.
COTTON_ISOLATE_BY_DEFAULT = True

STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "salestargets.web.assets.NodeModulesFinder",
]
STATICFILES_STORAGE = "salestargets.web.assets.StaticFiles"

# The hash is that of the empty style element plotly makes and then fills through the CSSOM.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", EMPTY_STYLE],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "autoplay": [],
    "browsing-topics": [],
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "publickey-credentials-create": ["self"],
    "publickey-credentials-get": ["self"],
    "usb": [],
}


def templates(base_dir: Path) -> list[dict[str, Any]]:
    """The TEMPLATES setting: components (cotton), fragments (partials), the kit's tags in every template."""
    found_by = [
        "django_cotton.cotton_loader.Loader",
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    kept = ("django.template.loaders.cached.Loader", found_by)
    options = {
        "loaders": [("template_partials.loader.Loader", [kept])],
        "builtins": [
            "django.templatetags.i18n",
            "django.templatetags.static",
            "django_cotton.templatetags.cotton",
            "template_partials.templatetags.partials",
            "salestargets.web.templatetags.formats",
            "salestargets.web.templatetags.kit",
        ],
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "django.template.context_processors.i18n",
        ],
    }
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [base_dir / "templates"],
            "OPTIONS": options,
        }
    ]
