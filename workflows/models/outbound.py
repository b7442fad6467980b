"""Systems outside that flows may call."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from typing_extensions import override

from workflows.engine.connections import HTTP, KINDS


class Connection(models.Model):
    """Where a flow may call, declared by an administrator. Its secrets are only named here; no value is stored.

    What `secret` is depends on the kind: what goes into a header, the token in a robot's address, a mail password.
    """

    name = models.SlugField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=16, default=HTTP)
    base_url = models.CharField(max_length=300)
    secret = models.CharField(max_length=64, blank=True)  # a name in ORDERFLOW_CONNECTION_SECRETS
    secret_header = models.CharField(max_length=64, blank=True)
    secret_scheme = models.CharField(max_length=32, blank=True)
    signing_secret = models.CharField(max_length=64, blank=True)  # of robots that sign what they are told
    username = models.CharField(max_length=200, blank=True)  # at a mail server
    sender = models.CharField(max_length=200, blank=True)  # whom mail comes from
    networks = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="connection_kind_is_known")]

    @override
    def __str__(self) -> str:
        return self.name
