from datetime import timedelta

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ..rules import quiet_hours, segments
from .hr_sms_gate import BODY_LIMIT, REASONS, WAITS, Verdict

_lt = LazyTranslate(__name__)

REASONS["country_refused"] = _lt(
    "Texts to %(detail)s are switched off. Call or write an e-mail, or ask an SMS manager to change "
    "the country rules."
)
REASONS["body_too_long_here"] = _lt(
    "The text is longer than the %(detail)s characters your company allows, with the opt-out line if "
    "there is one. Shorten it."
)
WAITS["quiet_hours"] = _lt(
    "Waits because it is early or late where the candidate is. It goes out in the morning there."
)
WAITS["daily_cap"] = _lt(
    "Waits because the candidate already got as many automatic texts as one may in a day."
)
# Texts that nobody waits for: they keep out of the night and do not heap up.
UNATTENDED = ("bulk", "auto")
# Texts that somebody waits for: what is left of the allowance is theirs first.
AWAITED = ("direct", "confirmation", "apply")
# Answers to a keyword, which are ours and due whatever their length.
ANSWERS = ("confirmation", "apply")
DAY = timedelta(hours=24)
# First half of the advisory lock on what a number gets in a day, the second is the thread's id.
CAP_LOCK = 0x534D5343
DETAIL = ":"


class HrSmsGate(models.AbstractModel):
    """Limits beside consent: countries, length, quiet hours, texts per day.

    A reason may carry a detail behind a colon, ``country_refused:FR``, which its text names.
    """

    _inherit = "hr.sms.gate"

    def _refusals(self):
        rules = super()._refusals()
        rules.insert(1, self._refuse_country)
        rules.append(self._refuse_length)
        return rules

    def _deferrals(self):
        return [*super()._deferrals(), self._defer_quiet_hours, self._defer_daily_cap]

    def _reason_text(self, code):
        name, _colon, detail = (code or "").partition(DETAIL)
        if not detail:
            return super()._reason_text(code)
        if name == "country_refused":
            # sudo: the name of a country, for the text
            country = self.env["hr.sms.country.rule"]._country_ids().get(detail)
            detail = self.env["res.country"].sudo().browse(country).name if country else detail
        return super()._reason_text(name) % {"detail": detail}

    # ------------------------------------------------------------
    # Countries and length
    # ------------------------------------------------------------

    def _refuse_country(self, requests):
        """Refuse numbers of countries that the company does not text.

        The answer to a keyword passes: the number has just texted us, the law provides for one
        text within five minutes that confirms an opt-out (47 CFR 64.1200(a)(12)), Twilio asks for
        an answer to HELP (https://www.twilio.com/docs/api/errors/23004), and without one the
        candidate cannot know that STOP counted. The worst is that the carrier drops it.
        """
        tables = self._country_tables(requests)

        def refuse(request):
            table = tables[request.company] if request.kind != "confirmation" else None
            if not table:
                return None
            region = quiet_hours.region_of(request.number)
            refused = table.get(region, (None,))[0] == "refuse"
            return f"country_refused{DETAIL}{region}" if refused else None

        return [refuse(request) for request in requests]

    def _country_tables(self, requests):
        rules = self.env["hr.sms.country.rule"]
        companies = {request.company for request in requests}
        return {company: rules._by_country(company.id) for company in companies}

    def _refuse_length(self, requests):
        limits = {company: company.sudo().sms_length_limit for company in self._companies(requests)}

        def refuse(request):
            limit = limits[request.company]
            if request.body is None or request.kind in ANSWERS or limit >= BODY_LIMIT:
                return None
            if segments.count(request.body).units > limit:
                return f"body_too_long_here{DETAIL}{limit}"
            return None

        return [refuse(request) for request in requests]

    def _companies(self, requests):
        return {request.company for request in requests}

    def _is_unattended(self, request):
        """Tell whether a text keeps out of the night; one for later is asked about then."""
        return request.kind in UNATTENDED and request.stage != "later"

    # ------------------------------------------------------------
    # Quiet hours
    # ------------------------------------------------------------

    def _defer_quiet_hours(self, requests):
        waiting = [request for request in requests if self._is_unattended(request)]
        now = fields.Datetime.now()
        nights = iter(self._nights((one.company, one.number, now) for one in waiting))
        return [next(nights) if self._is_unattended(one) else None for one in requests]

    def _nights(self, texts):
        """Say of texts that nobody waits for whether it is night there when they go.

        :param texts: iterable of ``(res.company record, E.164 number, UTC datetime)``
        :returns: list of :class:`Verdict`, ``None`` where it is day
        """
        texts = list(texts)
        hours = {company: self._quiet_rules(company) for company in {text[0] for text in texts}}
        known = {}  # many numbers, few places

        def night(company, number, date):
            if not hours[company]:
                return None
            case = date, *self._quiet_place(hours[company], number)
            if case not in known:
                until = quiet_hours.next_opening(*case)
                known[case] = until and Verdict(wait_code="quiet_hours", until=until)
            return known[case]

        return [night(*text) for text in texts]

    def _quiet_rules(self, company):
        """Return a company's quiet hours, ``None`` when it keeps none.

        :param company: ``res.company`` record
        :returns: tuple of the hours ``(from, until)``, the time zone that counts where the
            number says none, and the country rules
        """
        company_sudo = company.sudo()  # settings, whoever sends
        table = self.env["hr.sms.country.rule"]._by_country(company.id)
        has_own = any(hours for _rule, hours in table.values())
        if not company_sudo.sms_quiet_hours and not has_own:
            return None
        default = (company_sudo.sms_open_from, company_sudo.sms_open_until)
        zone = company._sms_zone()
        return default if company_sudo.sms_quiet_hours else (0.0, 0.0), zone, table

    def _quiet_place(self, rules, number):
        """Return what :func:`~..rules.quiet_hours.next_opening` asks about a number."""
        default, zone, table = rules
        _rule, own = table.get(quiet_hours.region_of(number), (None, None))
        start, end = own or default
        return quiet_hours.zones_of(number), start, end, zone

    # ------------------------------------------------------------
    # Texts per day
    # ------------------------------------------------------------

    def _defer_daily_cap(self, requests):
        """Let so many bulk and automatic texts a day go to one number, the rest later.

        Two senders that claim texts of one number at the very same moment go one after the other.
        """
        caps = {company: company.sudo().sms_daily_cap for company in self._companies(requests)}
        capped = {
            request.thread.id
            for request in requests
            if self._is_unattended(request) and caps[request.company] and request.thread
        }
        if not capped:
            return [None] * len(requests)
        self._queue_up(
            {
                request.thread.id
                for request in requests
                if request.thread.id in capped and request.stage == "queue"
            }
        )
        now = fields.Datetime.now()
        # sudo: what the number got, whoever sent it
        went = dict(
            self.env["hr.sms.message"]
            .sudo()
            ._read_group(
                [
                    ("thread_id", "in", list(capped)),
                    ("kind", "in", UNATTENDED),
                    ("claimed_date", ">", now - DAY),
                    # Not what Twilio refused: that reached nobody.
                    "|",
                    ("state", "in", ("sending", "unknown", "sent", "delivered")),
                    "&",
                    ("state", "=", "failed"),
                    ("twilio_sid", "!=", False),
                ],
                ["thread_id"],
                ["claimed_date:array_agg"],
            )
        )
        dates = {thread.id: sorted(sent) for thread, sent in went.items()}

        def defer(request):
            if not self._is_unattended(request) or request.thread.id not in capped:
                return None
            cap = caps[request.company]
            sent = dates.setdefault(request.thread.id, [])
            if len(sent) < cap:
                sent.append(now)
                return None
            return Verdict(wait_code="daily_cap", until=sent[-cap] + DAY)

        return [defer(request) for request in requests]

    def _queue_up(self, thread_ids):
        """Wait for other claims of texts to these numbers, until they are committed.

        By a lock that nobody else takes: a received text must never wait for a sender that holds
        its thread. Always in the same order, and before the account's: two claims never wait for
        each other.

        :param thread_ids: set of int
        """
        if thread_ids:
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS id",
                [CAP_LOCK, sorted(thread_ids)],
            )
