"""Delivery states of a text and Twilio's vocabulary for them, as tables.

Sources: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
and https://www.twilio.com/docs/api/errors
"""

OUTBOUND_STATES = (
    "scheduled",
    "queued",
    "sending",
    "unknown",
    "sent",
    "delivered",
    "failed",
    "canceled",
)

# A state never goes back: a callback only replaces a state of lower rank.
RANK = {
    "scheduled": 0,
    "queued": 0,
    "sending": 1,
    "unknown": 1,
    "sent": 2,
    "delivered": 3,
    "failed": 3,
    "canceled": 3,
}

# Twilio's MessageStatus -> our state. Whatever Twilio has a status for was handed over, and
# ``sent`` says no more than that.
TWILIO_STATUS = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "canceled",
}

# What to do when Twilio refuses a text: "permanent", "retry" or "opt_out".
OPTED_OUT = 21610
_RETRY_CODES = frozenset({20429, 30001, 21611})


def decide(http_status, code):
    """Decide what a refused or failed POST to Twilio means for the text.

    :param int http_status: HTTP status of the answer, 0 when there was no answer
    :param code: Twilio's error code, may be ``None``
    :returns: ``"retry"`` (never processed, back off), ``"failed"`` (Twilio said no), or
        ``"unknown"`` (may have been created: never resend blindly)
    """
    if http_status == 429 or code in _RETRY_CODES:
        return "retry"
    if 400 <= http_status < 500:
        return "failed"
    return "unknown"


def retry_delay(attempt, jitter):
    """Seconds to wait before trying a text again that Twilio never processed.

    :param int attempt: how often it was tried, 1 for the first time
    :param float jitter: random number in [0, 1)
    :returns: float seconds, at most 15 minutes
    """
    return min(900.0, 2.0**attempt) * (0.5 + jitter / 2)


MAX_ATTEMPTS = 12
