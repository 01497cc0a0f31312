"""What the facts about a company's set-up mean: one line for each thing that must be right.

A line that cannot be judged before another one is put right is ``skipped``, so that a mistake shows
as exactly one red line.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from .sender_rates import kind_of
from .setup_facts import Account

GREEN, AMBER, RED, SKIPPED = "green", "amber", "red", "skipped"
# The order that people read them in.
TOPICS = (
    "credentials",
    "neutralized",
    "account",
    "number",
    "registration",
    "webhook",
    "service",
    "shared",
    "address",
    "signature",
    "proxy",
    "countries",
    "allowance",
)
# https://www.twilio.com/docs/messaging/api/tollfree-verification-resource
_TOLL_FREE = {
    "TWILIO_APPROVED": (GREEN, "registered"),
    "PENDING_REVIEW": (AMBER, "registration_pending"),
    "IN_REVIEW": (AMBER, "registration_pending"),
    "TWILIO_REJECTED": (RED, "registration_rejected"),
}


@dataclass(frozen=True)
class Line:
    """One thing that must be right.

    :param str topic: of ``TOPICS``
    :param str level: ``green``, ``amber``, ``red`` or ``skipped``
    :param str code: what is the matter
    :param str subject: the number or service it is about
    :param str detail: what its sentence names
    :param str fix: SID of the number or service whose webhook, set to ours, puts it right
    """

    topic: str
    level: str
    code: str
    subject: str = ""
    detail: str = ""
    fix: str = ""


def check(facts):
    """Judge a set-up.

    :param facts: :class:`~.setup_facts.Facts`
    :returns: list of :class:`Line`, in the order of ``TOPICS``
    """
    lines = [
        *_account(facts),
        *(_at_twilio(facts) if _may_ask(facts) else _not_asked()),
        *(_shared(facts, number) for number in facts.numbers),
        *_address(facts),
        _proxy(facts),
        _allowance(facts),
    ]
    return sorted(lines, key=lambda line: TOPICS.index(line.topic))


def _may_ask(facts):
    account = facts.account
    return bool(account) and account.answer == "ok" and account.status == "active"


# -- the account


def _account(facts):
    if facts.is_neutralized:
        yield Line("neutralized", RED, "neutralized")
        yield Line("credentials", SKIPPED, "skipped")
        yield Line("account", SKIPPED, "skipped")
        return
    is_copy = Line("neutralized", AMBER, "copy_texts")
    yield is_copy if facts.is_copy else Line("neutralized", GREEN, "no_copy")
    account = facts.account or Account("none")
    if not facts.has_credentials:
        yield Line("credentials", RED, "credentials_incomplete")
    elif account.answer in ("refused", "none"):
        level = RED if account.answer == "refused" else AMBER
        yield Line("credentials", level, f"credentials_{account.answer}")
    else:
        yield Line("credentials", GREEN, "credentials_ok")
        yield _account_state(account)
        return
    yield Line("account", SKIPPED, "skipped")


def _account_state(account):
    if account.answer == "inactive" or account.status != "active":
        return Line("account", RED, "account_inactive")
    if account.is_trial:
        return Line("account", AMBER, "account_trial")
    return Line("account", GREEN, "account_active")


# -- what only Twilio knows


def _not_asked():
    for topic in ("number", "registration", "webhook", "service", "countries"):
        yield Line(topic, SKIPPED, "skipped")


def _at_twilio(facts):
    if not facts.numbers and not facts.service:
        yield Line("number", RED, "senders_missing")
    for number in facts.numbers:
        yield from _number(facts, number)
    if facts.service:
        yield from _service(facts)
    yield _countries(facts)


def _number(facts, number):
    if facts.senders is None:
        yield Line("number", AMBER, "not_told", number)
        return
    if kind_of(number) == "alphanumeric":
        yield Line("number", AMBER, "number_name", number)
        return
    sender = facts.senders.get(number)
    if not sender:
        yield Line("number", RED, "number_missing", number)
        return
    if not sender.texts:
        yield Line("number", RED, "number_mute", number)
        return
    yield Line("number", GREEN, "number_ok", number)
    holder = next((one for one in facts.services or () if number in (one.numbers or ())), None)
    yield _registration(facts, number, sender, holder)
    if line := _webhook(facts, number, sender, holder):
        yield line


def _registration(facts, number, sender, holder):
    kind = kind_of(number)
    if kind == "toll_free":
        level, code = _TOLL_FREE.get(sender.toll_free or "", (RED, "registration_toll_free"))
        if sender.toll_free is None:
            level, code = AMBER, "registration_unknown"
        return Line("registration", level, code, number)
    if kind != "long_code" or facts.regions.get(number) != "US":
        return Line("registration", GREEN, "registration_free", number)
    if holder and holder.is_registered:
        return Line("registration", GREEN, "registered", number)
    if facts.services is None or any(one.numbers is None for one in facts.services):
        return Line("registration", AMBER, "registration_unknown", number)
    if facts.service and not holder:
        return Line("registration", SKIPPED, "registration_by_service", number)
    return Line("registration", RED, "registration_missing", number)


def _webhook(facts, number, sender, holder):
    """Say who gets the texts to a number, ``None`` when the company's service says it."""
    if holder and not holder.by_number:
        if holder.sid == facts.service:
            return None
        if _same(holder.url, facts.inbound_url) and holder.method == "POST":
            return Line("webhook", GREEN, "webhook_ours", number)
        return Line("webhook", RED, "webhook_service", number, holder.name or holder.sid)
    if sender.has_app:
        return Line("webhook", RED, "webhook_app", number, fix=sender.sid)
    return _reported(facts, "webhook", number, sender.url, sender.method, sender.sid)


def _reported(facts, topic, subject, url, method, sid):
    if not url:
        return Line(topic, RED, "webhook_none", subject, fix=sid)
    if not _same(url, facts.inbound_url):
        return Line(topic, RED, "webhook_other", subject, host_of(url), fix=sid)
    if method != "POST":
        return Line(topic, RED, "webhook_get", subject, fix=sid)
    return Line(topic, GREEN, "webhook_ours", subject)


def _service(facts):
    sid = facts.service
    if facts.services is None:
        yield Line("service", AMBER, "not_told", sid)
        return
    service = next((one for one in facts.services if one.sid == sid), None)
    if not service:
        yield Line("service", RED, "service_missing", sid)
        return
    subject = service.name or sid
    yield _service_numbers(facts, service, subject)
    if not service.by_number:
        yield _reported(facts, "service", subject, service.url, service.method, sid)
    if not service.is_sticky:
        yield Line("service", AMBER, "service_not_sticky", subject)


def _service_numbers(facts, service, subject):
    if service.numbers is None:
        return Line("service", AMBER, "not_told", subject)
    if not service.numbers:
        return Line("service", RED, "service_empty", subject)
    usable = {number for number in facts.numbers if number in (facts.senders or {})}
    if missing := usable - service.numbers:
        return Line("service", RED, "service_lacks", subject, ", ".join(sorted(missing)))
    if unknown := service.numbers - set(facts.numbers):
        return Line("service", AMBER, "service_more", subject, ", ".join(sorted(unknown)))
    return Line("service", GREEN, "service_ok", subject)


def _countries(facts):
    if facts.geo is None:
        return Line("countries", AMBER, "countries_unknown")
    off = sorted(code for code in facts.countries if facts.geo.get(code) is False)
    if off:
        return Line("countries", RED, "countries_off", detail=", ".join(off))
    told = sorted(code for code in facts.countries if facts.geo.get(code))
    if not told:
        return Line("countries", AMBER, "countries_unknown")
    return Line("countries", GREEN, "countries_ok", detail=", ".join(told))


def _shared(facts, number):
    if others := facts.shared.get(number):
        return Line("shared", AMBER, "shared", number, others)
    return Line("shared", GREEN, "not_shared", number)


# -- our own address


def _address(facts):
    line = _address_line(facts)
    yield line
    if not facts.probe or facts.probe.outcome not in ("ok", "refused"):
        yield Line("signature", SKIPPED, "skipped")
    elif facts.probe.outcome == "refused":
        yield Line("signature", RED, "signature_refused")
    else:
        yield Line("signature", GREEN, "signature_ok")


def _address_line(facts):
    parts = _split(facts.base_url)
    subject = facts.base_url
    if is_local(parts.hostname):
        if not facts.is_simulated:
            return Line("address", RED, "address_local", subject)
    elif parts.scheme != "https":
        return Line("address", RED, "address_plain", subject)
    if not facts.probe:
        return Line("address", SKIPPED, "skipped", subject)
    if facts.probe.outcome == "unreachable":
        if facts.one_worker:
            return Line("address", AMBER, "address_one_worker", subject)
        return Line("address", RED, "address_unreachable", subject)
    if facts.probe.outcome in ("redirect", "other"):
        detail = str(facts.probe.status)
        return Line("address", RED, f"address_{facts.probe.outcome}", subject, detail)
    return Line("address", GREEN, "address_ok", subject)


def _proxy(facts):
    probe = facts.probe
    if not probe or probe.outcome != "ok":
        return Line("proxy", SKIPPED, "skipped")
    if probe.is_forwarded and not facts.proxy_mode:
        return Line("proxy", RED, "proxy_off")
    if facts.proxy_mode and not probe.is_forwarded:
        return Line("proxy", AMBER, "proxy_missing")
    if _origin(probe.seen) != _origin(facts.base_url):
        return Line("proxy", AMBER, "proxy_rewrites", detail="{}://{}".format(*_origin(probe.seen)))
    return Line("proxy", GREEN, "proxy_ok")


def _allowance(facts):
    if facts.balance is None:
        return Line("allowance", GREEN, "allowance_unlimited")
    detail = str(max(facts.balance, 0))
    if facts.balance <= 0:
        return Line("allowance", RED, "allowance_empty")
    if facts.is_low:
        return Line("allowance", AMBER, "allowance_low", detail=detail)
    return Line("allowance", GREEN, "allowance_ok", detail=detail)


# -- addresses


def is_local(host):
    """Tell whether nobody outside of this network reaches a host by its name.

    :param host: name or IP address, may be empty or ``None``
    :returns: bool
    """
    host = (host or "").casefold().rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan"))


def host_of(url):
    """Return where an address leads, without what may be secret in it.

    :param str url: as Twilio has it
    :returns: str, host and port
    """
    parts = _split(url)
    return parts.netloc.rpartition("@")[2] or url.partition("?")[0][:60]


def _split(url):
    try:
        return urlsplit(url or "")
    except ValueError:  # no address at all
        return urlsplit("")


def _origin(url):
    """Return scheme, host and port, without the port that goes without saying."""
    parts = _split(url)
    host = parts.netloc.rpartition("@")[2].casefold()
    return parts.scheme, host.removesuffix({"https": ":443", "http": ":80"}.get(parts.scheme, ":"))


def _same(url, ours):
    one, other = _split(url), _split(ours)
    return (_origin(url), one.path, one.query) == (_origin(ours), other.path, other.query)
