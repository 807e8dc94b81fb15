"""Lifetimes that begin anew."""

from datetime import datetime, timedelta

from desktop_app.domain.assistants import TTL_DAYS_LIMIT, Expiration, ExpirationPolicy

DAY = timedelta(days=1)


def renewed(expiration: Expiration, created_at: datetime, now: datetime) -> Expiration:
    """``expiration`` so that its days are counted from ``now``; times are aware UTC.

    One since the last use stays as it is: who renews it uses the record.  One since the making gets as many days more
    as have passed, however often it is renewed; where that is over the limit it is counted since the last use from now
    on.
    """
    if expiration.policy is ExpirationPolicy.SINCE_LAST_ACTIVE:
        return expiration
    is_renewed = 0 < expiration.first_days < expiration.ttl_days
    first_days = expiration.first_days if is_renewed else expiration.ttl_days
    passed = -((created_at - now) // DAY)
    days = first_days + max(0, passed)
    if days > TTL_DAYS_LIMIT:
        return Expiration(first_days, ExpirationPolicy.SINCE_LAST_ACTIVE)
    return Expiration(days, expiration.policy, first_days)
