"""What can be set from the command line and over ``/control/settings``."""

from dataclasses import asdict, dataclass, field, fields

#: What Twilio reports by default. The first status of a message is in the answer to its
#: creation and is not reported; with a messaging service that is ``accepted``, so ``queued`` is
#: reported there. Adding ``queued`` or ``sending`` here reports them for every message. Source:
#: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
CALLBACK_STATUSES = ["sent", "delivered", "undelivered", "failed", "canceled"]

FLAGS = ("advanced_opt_out", "opt_out_late", "media_auth", "media_redirect", "geo_api")
CHOICES = {
    "account_status": ("active", "suspended", "closed"),
    "account_type": ("Full", "Trial"),
}


@dataclass
class Settings:
    """Settings and their defaults. Times ending in ``_ms`` are milliseconds, ``_s`` seconds."""

    #: How long an API answer takes: a number, or ``[low, high]`` to draw from.
    latency_ms: float | list = 0
    #: From creation to ``sent``, and from creation to the final status.
    sent_ms: float = 50
    delivered_ms: float = 150
    callback_statuses: list = field(default_factory=lambda: list(CALLBACK_STATUSES))
    #: How many status callbacks are under way at once.
    callback_workers: int = 20
    #: More creations than this at once are answered 429. ``None``: no limit.
    max_concurrency: int | None = None
    #: ``Retry-After`` on 429 answers, in seconds. ``None``: not sent, as Twilio.
    retry_after_s: float | None = None
    #: Prefixes such as ``+33`` whose numbers are refused with 21408.
    geo_blocked: list = field(default_factory=list)
    #: Whether the API says which countries these are.
    geo_api: bool = True
    #: ``active``, ``suspended`` or ``closed``; ``Full`` or ``Trial``.
    account_status: str = "active"
    account_type: str = "Full"
    #: Adds ``OptOutType`` to inbound webhooks.
    advanced_opt_out: bool = False
    #: After STOP a message is created and then fails with 21610, instead of being refused.
    opt_out_late: bool = False
    #: Whether media needs the account's credentials, and whether it is answered by a redirect.
    media_auth: bool = True
    media_redirect: bool = True
    #: The least time ahead a message may be scheduled.
    schedule_min_s: float = 300
    webhook_connect_s: float = 5
    webhook_total_s: float = 15
    seed: int | str | None = None

    def update(self, changes):
        """Set values from a JSON object.

        :raises ValueError: with a sentence for people; then nothing is changed.
        """
        if not isinstance(changes, dict):
            raise ValueError('Send an object of settings, such as {"latency_ms": 150}')  # noqa: TRY004 one kind for all refusals
        known = {f.name for f in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown setting {name!r}; known: {', '.join(sorted(known))}")
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    @staticmethod
    def _check(name, value):
        def number(item):
            return isinstance(item, int | float) and not isinstance(item, bool) and item >= 0

        if name == "latency_ms" and isinstance(value, list):
            if len(value) == 2 and all(map(number, value)) and value[0] <= value[1]:
                return
            raise ValueError("latency_ms: give a number or [low, high]")
        if name in ("max_concurrency", "retry_after_s") and value is None:
            return
        if name == "seed":
            if value is None or isinstance(value, int | str):
                return
            raise ValueError("seed must be a number, a text or null")
        if name in ("geo_blocked", "callback_statuses"):
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return
            raise ValueError(f"{name} must be a list of texts")
        if name in CHOICES:
            if value in CHOICES[name]:
                return
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
        if name in FLAGS:
            if isinstance(value, bool):
                return
            raise ValueError(f"{name} must be true or false")
        if not number(value):
            raise ValueError(f"{name} must be a number, 0 or more")
        if name in ("callback_workers", "max_concurrency") and (
            value < 1 or not isinstance(value, int)
        ):
            raise ValueError(f"{name} must be a whole number, 1 or more")

    def as_json(self):
        """Return the settings as a JSON object."""
        return asdict(self)
