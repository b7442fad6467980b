"""The product's settings with a cheap password hash and no state outside of the test database."""

from config.settings import *  # noqa: F403

SECRET_KEY = "only-for-tests-" + "x" * 50
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://localhost/"
ORDERFLOW_DEMO = False
