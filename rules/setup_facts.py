"""What the set-up check knows of a company, of its Twilio account and of its own address."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """What Twilio says of the account.

    :param str answer: ``ok``, ``refused`` (wrong SID or token), ``inactive`` (refused because it is
        suspended or closed) or ``none`` (Twilio did not answer)
    :param str status: ``active``, ``suspended`` or ``closed``
    :param bool is_trial: whether it texts verified numbers only
    """

    answer: str
    status: str = "active"
    is_trial: bool = False


@dataclass(frozen=True)
class Sender:
    """A number of the account.

    :param str sid: ``PN…``, for a short code ``SC…``
    :param bool texts: whether it is capable of SMS
    :param str url: where texts to it are reported
    :param str method: ``GET`` or ``POST``
    :param bool has_app: a TwiML App gets them instead
    :param toll_free: status of its toll-free verification, empty when there is none, ``None`` when
        it is not known
    """

    sid: str
    texts: bool = True
    url: str = ""
    method: str = "POST"
    has_app: bool = False
    toll_free: str | None = None


@dataclass(frozen=True)
class Service:
    """A Messaging Service of the account.

    :param str sid: ``MG…``
    :param str name: its friendly name
    :param numbers: frozenset of E.164 and short codes, ``None`` when they are not known
    :param str url: where texts to its numbers are reported
    :param str method: ``GET`` or ``POST``
    :param bool by_number: they are reported where each number says
    :param bool is_sticky: a candidate keeps the number
    :param bool is_registered: it has an A2P 10DLC campaign
    """

    sid: str
    name: str = ""
    numbers: frozenset | None = frozenset()
    url: str = ""
    method: str = "POST"
    by_number: bool = False
    is_sticky: bool = True
    is_registered: bool = False


@dataclass(frozen=True)
class Probe:
    """What became of a signed request to our own public address.

    :param str outcome: ``ok``, ``refused`` (403), ``redirect``, ``other`` (something else answered)
        or ``unreachable``
    :param int status: HTTP status, 0 when there was no answer
    :param str seen: the address as Odoo saw it
    :param bool is_forwarded: it came with the headers of a proxy
    """

    outcome: str
    status: int = 0
    seen: str = ""
    is_forwarded: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything that the check knows.

    :param bool has_credentials: SID and token are there and look like one
    :param bool is_neutralized: the token is the one that Odoo writes into copies
    :param bool is_copy: the database says that it is such a copy
    :param account: :class:`Account`, ``None`` when Twilio was not asked
    :param tuple numbers: the company's numbers, E.164
    :param senders: number to :class:`Sender`, ``None`` when they are not known
    :param str service: SID of the company's Messaging Service, empty for none
    :param services: tuple of :class:`Service`, ``None`` when they are not known
    :param regions: number to ISO country code
    :param countries: frozenset of ISO codes of countries that are to be texted
    :param geo: ISO code to whether Twilio texts there, ``None`` when it does not say
    :param str base_url: our public address
    :param str inbound_url: where texts to us are to be reported
    :param bool is_simulated: Twilio's place is taken by something on this machine
    :param probe: :class:`Probe`, ``None`` when none was made
    :param bool proxy_mode: Odoo's setting
    :param bool one_worker: Odoo cannot answer itself while it checks
    :param shared: number to names of other companies that have it, too
    :param balance: segments left, ``None`` for any number
    :param bool is_low: most of them are used
    """

    has_credentials: bool = True
    is_neutralized: bool = False
    is_copy: bool = False
    account: Account | None = None
    numbers: tuple = ()
    senders: Mapping | None = None
    service: str = ""
    services: tuple | None = ()
    regions: Mapping = field(default_factory=dict)
    countries: frozenset = frozenset()
    geo: Mapping | None = None
    base_url: str = ""
    inbound_url: str = ""
    is_simulated: bool = False
    probe: Probe | None = None
    proxy_mode: bool = False
    one_worker: bool = False
    shared: Mapping = field(default_factory=dict)
    balance: int | None = None
    is_low: bool = False
