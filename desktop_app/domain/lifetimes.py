"""Lifetimes that begin anew."""

from dataclasses import replace
from datetime import datetime, timedelta

from desktop_app.domain.assistants import TTL_DAYS_LIMIT, Expiration, ExpirationPolicy

DAY = timedelta(days=1)


def renewed(expiration: Expiration, created_at: datetime, now: datetime) -> Expiration:
    """``expiration`` so that its days are counted from ``now``; times are aware UTC.

    One since the last use stays as it is: who renews it uses the record.  One since the making gets as many days more
    as have passed; where that is over the limit it is counted since the last use from now on.
    """
    if expiration.policy is ExpirationPolicy.SINCE_LAST_ACTIVE:
        return expiration
    passed = -((created_at - now) // DAY)
    days = expiration.ttl_days + max(0, passed)
    if days > TTL_DAYS_LIMIT:
        return Expiration(expiration.ttl_days, ExpirationPolicy.SINCE_LAST_ACTIVE)
    return replace(expiration, ttl_days=days)
