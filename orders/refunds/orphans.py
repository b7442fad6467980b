"""Refunds whose run ended while a call was unanswered: the sweep settles them with the provider.

No waiting makes a call harmless that a worker may still send. So the provider is asked to void the key: it tells what
it has paid, or promises to pay nothing, also to a call that arrives later.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orders.payments.ports import OutcomeUnknown
from orders.payments.providers import provider_of
from orders.refunds.actions import give_up_refund
from orders.refunds.models import EffectStatus, RefundEffect
from orders.refunds.receipts import confirm

logger = logging.getLogger(__name__)

# A worker on the line may tell by itself; a provider that is down is left alone. Safety does not hang on it.
PATIENCE: Final = timedelta(minutes=2)
BATCH: Final = 20


def settle_orphans(*, now: datetime) -> int:
    """Void the keys of refunds left behind; answers how many were settled. Safe to run twice and beside others.

    Paid: confirmed as if its flow had heard of it. Void: failed, its amount free again. No answer: asked again later.
    """
    waiting = RefundEffect.objects.filter(status=EffectStatus.CLAIMED.value, orphaned_at__lte=now - PATIENCE)
    orphans = waiting.order_by("orphaned_at").values_list("refund_id", "key", "refund__payment__provider")[:BATCH]
    return sum(_settle(refund_id, key=key, provider=provider, now=now) for refund_id, key, provider in orphans)


def _settle(refund_id: UUID, *, key: str, provider: str, now: datetime) -> bool:
    try:
        receipt = provider_of(provider).void(key)
    except OutcomeUnknown as unknown:
        RefundEffect.objects.filter(pk=refund_id).update(orphaned_at=now)
        logger.warning("orphaned refund unknown", extra={"action": "orders.orphan_unknown", "reason": unknown.code})
        return False
    if receipt is None:
        give_up_refund(str(refund_id), now=now)
    else:
        confirm(str(refund_id), receipt=receipt, now=now)
    logger.info("orphaned refund settled", extra={"action": "orders.orphan_settled", "refund": str(refund_id)})
    return True
