"""When a plan renews: pure functions over dates.

A day that a month lacks is its last one: a plan of the 31st renews on 28 February and on 31 March.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

DAYS = (1, 31)


def first_renewal(today, day):
    """Return when a plan that begins today renews for the first time.

    :param date today: where the company is
    :param int day: of the month, 1 to 31
    :returns: date, after today and within a month and a day of it
    """
    renewal = today + relativedelta(day=day)
    return renewal if renewal > today else following_renewal(today, day)


def following_renewal(renewal, day):
    """Return the renewal after another one.

    :param date renewal: a renewal
    :param int day: of the month, 1 to 31
    :returns: date in the month after it
    """
    return renewal + relativedelta(months=1, day=day)


def moved_renewal(renewal, day):
    """Return the next renewal of a running plan that gets another day.

    Never sooner than agreed: who moves the day gets no month twice.

    :param date renewal: the next one as agreed so far
    :param int day: of the month, 1 to 31
    :returns: date
    """
    return first_renewal(renewal - timedelta(days=1), day)
