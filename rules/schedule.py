"""When a text is to go: pure functions over time zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .quiet_hours import local_time

MORNING = time(9)


def presets(moment, zones, fallback="UTC"):
    """Return the times that are offered for a text that is to go later.

    "Tomorrow" and "Monday" are days where the candidate is. In several time zones, or so it may
    be, the day and the hour are those of the westernmost: it is later in the others.

    :param datetime moment: now, UTC, without time zone
    :param zones: iterable of IANA names, where the candidate may be
    :param str fallback: the zone that counts when none is given
    :returns: list of ``(code, UTC datetime)``; codes are ``hour``, ``tomorrow`` and ``monday``,
        the last only when it is not tomorrow
    """
    zone = min(tuple(zones) or (fallback,), key=lambda name: local_time(moment, name))
    today = local_time(moment, zone).date()
    tomorrow = today + timedelta(days=1)
    monday = today + timedelta(days=7 - today.weekday())
    # Not before an hour has gone by, and a time that people read easily.
    hour = (moment + timedelta(hours=1, seconds=59)).replace(second=0, microsecond=0)
    offers = [("hour", hour), ("tomorrow", _morning(tomorrow, zone))]
    if monday != tomorrow:
        offers.append(("monday", _morning(monday, zone)))
    return offers


def _morning(day, zone):
    local = datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)
