"""Django's settings, and the address of Gatehouse."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

try:
    GATEHOUSE_KEY = os.environ["GATEHOUSE_KEY"]
    GATEHOUSE_WEBHOOK_SECRET = os.environ["GATEHOUSE_WEBHOOK_SECRET"]
except KeyError as missing:
    raise ImproperlyConfigured(f"Set {missing}: see examples/README.md.") from None
GATEHOUSE_URL = os.environ.get("GATEHOUSE_URL", "http://127.0.0.1:8000")
PAPER_URL = os.environ.get("PAPER_URL", "http://127.0.0.1:5002")  # as readers see it

DEBUG = True  # in production False, with your own web server for the static files
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "paper.urls"
STATIC_URL = "static/"
TIME_ZONE = "UTC"
INSTALLED_APPS = ["django.contrib.staticfiles", "paper"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("PAPER_DATABASE", "paper.db"),
    }
}
