"""When it is late where a phone is: pure functions over numbers, time zones and hours.

US telemarketing rules allow calls and texts from 8 to 21 of the recipient's local time
(47 CFR 64.1200(c)(1)); a number says its country, and often more than one time zone.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
import pytz
from phonenumbers import timezone

UNKNOWN = "Etc/Unknown"
# The last digits of a number name the subscriber, not the place.
SUBSCRIBER_DIGITS = 4
SHORTEST = 10
# Windows that have nothing in common never open together, however long one looks.
LOOK_AHEAD = timedelta(days=3)
_PLACED = (
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def region_of(number):
    """Return the country or territory a number belongs to.

    :param str number: E.164
    :returns: ISO 3166 code, such as ``US``, ``CA`` or ``RE``; ``None`` when it has none
    """
    return _place(_prefix(number))[0]


def zones_of(number):
    """Return the time zones a phone may be in, by its number.

    :param str number: E.164
    :returns: tuple of IANA names, empty when nothing is known
    """
    return _place(_prefix(number))[1]


def _prefix(number):
    if len(number) < SHORTEST + 1:  # with the plus
        return number
    return number[:-SUBSCRIBER_DIGITS] + "0" * SUBSCRIBER_DIGITS


@lru_cache(maxsize=65536)
def _place(number):
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None, ()
    region = phonenumbers.region_code_for_number(parsed)
    if region == "001":  # satellite phones and the like
        region = None
    zones = tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != UNKNOWN)
    home = pytz.country_timezones.get(region, ()) if region else ()
    # A free-call number is everywhere its calling code is; another one is in its country.
    if len(zones) > 1 and phonenumbers.number_type(parsed) in _PLACED:
        zones = tuple(zone for zone in zones if zone in home) or zones
    return region, zones or tuple(home)


def is_open(moment, zones, start, end):
    """Tell whether it is a fit hour in all time zones.

    :param datetime moment: UTC, without time zone
    :param zones: iterable of IANA names
    :param float start: local hour from which on texts may go, 0 to 24
    :param float end: local hour until which they may; before ``start``: over midnight, the
        same: always
    :returns: bool
    """
    return all(_is_open(moment, zone, start, end) for zone in zones)


def next_opening(moment, zones, start, end, fallback="UTC"):
    """Return when a text may go next.

    :param datetime moment: UTC, without time zone
    :param zones: iterable of IANA names; all must be open
    :param float start: see :func:`is_open`
    :param float end: see :func:`is_open`
    :param str fallback: the zone that counts when none is given, or when the windows of those
        given have nothing in common
    :returns: UTC datetime without time zone, ``None`` when it may go now
    """
    zones = tuple(zones) or (fallback,)
    when = moment
    while when - moment < LOOK_AHEAD:
        closed = [zone for zone in zones if not _is_open(when, zone, start, end)]
        if not closed:
            return when if when > moment else None
        when = max(_opening(when, zone, start) for zone in closed)
    return next_opening(moment, (fallback,), start, end)


def local_time(moment, zone):
    """Return the wall clock of a zone.

    :param datetime moment: UTC, without time zone
    :param str zone: IANA name
    :returns: datetime without time zone
    """
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def local_range(moment, zones):
    """Return the earliest and the latest wall clock among zones.

    :param datetime moment: UTC, without time zone
    :param zones: iterable of IANA names, at least one
    :returns: tuple of two datetimes without time zone
    """
    clocks = [local_time(moment, zone) for zone in zones]
    return min(clocks), max(clocks)


def _is_open(moment, zone, start, end):
    clock = local_time(moment, zone)
    hour = clock.hour + clock.minute / 60 + clock.second / 3600
    if start == end:
        return True
    return start <= hour < end if start < end else hour >= start or hour < end


def _opening(moment, zone, start):
    """Return the next time the clock of a zone shows ``start``, after a moment (both UTC)."""
    minutes = round(start * 60) % (24 * 60)
    day = local_time(moment, zone).date()
    while True:
        # A time that summer time skips is taken as the one an hour later.
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=ZoneInfo(zone))
        opening = local.astimezone(UTC).replace(tzinfo=None)
        if opening > moment:
            return opening
        day += timedelta(days=1)
