"""What the peers need of Django: their own tables on the server that is being measured, and nothing of the product."""

import importlib.util
import os
import time

import dj_database_url

SECRET_KEY = "only-for-the-bench-" + "x" * 50
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE: list[str] = []
VIEWFLOW = {"AUTOREGISTER": False}  # no pages: the peer is driven by calls
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    *(["viewflow", "viewflow.workflow"] if importlib.util.find_spec("viewflow") else []),
    "tests.bench.peers",
]
# A plain connection: what ours sets for its own statements would be nobody's default.
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)}
# Tables from the models as they are, without the steps that led to them.
DATABASES["default"]["TEST"] = {"NAME": f"bench_peers_{time.time_ns()}", "MIGRATE": False}
