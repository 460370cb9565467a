from django.contrib.postgres.fields import ArrayField
from django.db import models

from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import TenantModel, UserForeignKey, tracked


@tracked
class ApiKey(TenantModel):
    """A key of one integration. The secret is shown once; only its SHA-256 is kept."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField()
    created_by = UserForeignKey()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name


class ApiKeyUse(TenantModel):
    """When a key was last used, to the minute: apart from the key, so that use is not an audited change."""

    api_key_id = models.BigIntegerField()
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["organisation", "api_key_id"], name="one_use_row_a_key")
        ]
