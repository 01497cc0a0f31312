import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import config
from odoo.tools.urls import urljoin

from odoo.addons.phone_validation.tools import phone_validation
from odoo.addons.sms_twilio.tools.sms_twilio import get_twilio_from_number

from ..gateway import Lookup, Setup, probe
from ..gateway.client import DEFAULT_URL
from ..gateway.webhook import ACCOUNT_SID, NEUTRALIZED_TOKEN
from ..rules import delivery, segments, setup_check
from ..rules.quiet_hours import region_of
from ..rules.setup_facts import Facts
from .hr_sms_allowance import FREE_SEGMENTS, Want
from .hr_sms_gate import GateRequest
from .hr_sms_gate_consent import TEST
from .hr_sms_message import FAILURES
from .transactions import short_transaction

INBOUND_ROUTE = "/recruitment_texting/twilio/inbound"
CHECK_ROUTE = "/recruitment_texting/twilio/check"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class HrSmsSetup(models.AbstractModel):
    """What is known about a company's set-up, and what can be done about it. Administrators only.

    What the facts mean is in ``rules/setup_check.py``, its words in ``hr_sms_setup_words``, the
    screen in ``wizards/hr_sms_setup_check.py``.
    """

    _name = "hr.sms.setup"
    _description = "SMS Set-up"

    @api.model
    def _check_right(self):
        """Credentials and whatever follows from them are the administrators'.

        :raises AccessError: for anybody else
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only administrators can check and change how texting is connected.")
            )

    # ------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------

    @api.model
    def _facts(self, company):
        """Gather what the check needs: from the database, from Twilio, from our own address.

        Takes some 15 seconds at most, when nobody answers. Nothing is written.

        :param company: ``res.company`` record
        :returns: :class:`~..rules.setup_facts.Facts`
        """
        self._check_right()
        company = company.sudo()  # the account's fields, for an administrator
        sid, token = company.sms_twilio_account_sid or "", company.sms_twilio_auth_token or ""
        numbers = self._numbers(company)
        is_neutralized = token == NEUTRALIZED_TOKEN
        has_credentials = bool(ACCOUNT_SID.fullmatch(sid) and token)
        base_url = company.get_base_url() or ""
        facts = {
            "has_credentials": has_credentials,
            "is_neutralized": is_neutralized,
            "is_copy": bool(self._parameter("database.is_neutralized")),
            "numbers": tuple(numbers),
            "service": company.messaging_service_sid or "",
            "regions": {number: region_of(number) for number in numbers},
            "countries": self._countries(company, numbers),
            "base_url": base_url,
            "inbound_url": self._inbound_url(company),
            "is_simulated": setup_check.is_local(urlsplit(self._twilio_url()).hostname),
            "proxy_mode": bool(config["proxy_mode"]),
            "one_worker": config["workers"] == 1,
            "shared": self._shared(company, numbers),
            **self._allowance(company),
        }
        if has_credentials and not is_neutralized:
            address, nonce = urljoin(base_url, CHECK_ROUTE), secrets.token_urlsafe(12)
            with ThreadPoolExecutor(1, "recruitment_texting.probe") as pool:
                answer = pool.submit(probe, address, sid, token, nonce)
                facts |= self._facts_of_twilio(company, numbers)
                facts["probe"] = answer.result()
        return Facts(**facts)

    @api.model
    def _facts_of_twilio(self, company, numbers):
        setup = company._sms_connection(Setup)
        account = setup.account()
        answers = setup.inspect(numbers) if account.answer == "ok" else {}
        return {"account": account, **answers}

    @api.model
    def _parameter(self, name):
        # sudo: settings of the system, for an administrator
        return self.env["ir.config_parameter"].sudo().get_param(name)

    @api.model
    def _twilio_url(self):
        return self._parameter("hr_recruitment_texting.twilio_api_url") or DEFAULT_URL

    @api.model
    def _inbound_url(self, company):
        return urljoin(company.get_base_url() or "", INBOUND_ROUTE)

    @api.model
    def _numbers(self, company):
        e164 = self.env["hr.sms.message"]._e164
        return list(dict.fromkeys(e164(row.number) for row in company.sms_twilio_number_ids))

    @api.model
    def _countries(self, company, numbers):
        """Return the countries that are to be texted for sure: ours, and those with a rule for it.

        :returns: frozenset of ISO codes
        """
        rules = self.env["hr.sms.country.rule"]._by_country(company.id)
        codes = {company.country_id.code, *map(region_of, numbers)}
        codes |= {code for code, (rule, _hours) in rules.items() if rule != "refuse"}
        refused = {code for code, (rule, _hours) in rules.items() if rule == "refuse"}
        return frozenset(code for code in codes - refused if code)

    @api.model
    def _shared(self, company, numbers):
        """Return the names of other companies by the number that they have, too."""
        # sudo: an administrator learns of companies they are not in at the moment
        rows = self.env["sms.twilio.number"].sudo().search([("company_id", "!=", company.id)])
        e164 = self.env["hr.sms.message"]._e164
        shared = {}
        for row in rows:
            if (number := e164(row.number)) in numbers:
                shared.setdefault(number, []).append(row.company_id.name)
        return {number: ", ".join(sorted(set(names))) for number, names in shared.items()}

    @api.model
    def _allowance(self, company):
        # sudo: figures of the company that is checked. Not _of(): it may write, and would hold up
        # the sender for as long as Twilio is asked.
        account = self.env["hr.sms.allowance"].sudo().search([("company_id", "=", company.id)])
        if not account:
            return {"balance": FREE_SEGMENTS}
        if account.mode == "unlimited":
            return {"balance": None}
        return {"balance": account.balance, "is_low": account.is_low}

    # ------------------------------------------------------------
    # Connecting
    # ------------------------------------------------------------

    @api.model
    def _connect(self, company, sids):
        """Lead the texts to numbers and Messaging Services to this Odoo, at Twilio.

        :param company: ``res.company`` record
        :param sids: list of their SIDs
        :returns: dict from SID to Twilio's words, for those that could not be changed
        """
        self._check_right()
        setup = company._sms_connection(Setup)
        url = self._inbound_url(company)
        answers = {sid: setup.connect(sid, url) for sid in sids}
        return {sid: words for sid, words in answers.items() if words}

    # ------------------------------------------------------------
    # A test text
    # ------------------------------------------------------------

    @api.model
    def _send_test(self, company, number):
        """Send a fixed text to the administrator's own number, by the company's sender.

        It goes by the gate like every text, but not into a conversation: nobody agreed to anything
        by it. A number that nobody has among the applicants needs no consent, because its owner
        asks for the text right now; one that opted out, said No, waits for a decision or belongs to
        an applicant is refused as ever. Its words are fixed, so it is no way around the gate.

        Twilio is asked at once, not by the queue, because the answer is what the user wants to
        see. The segments are charged before, in a transaction of their own: the caller's may be
        repeated, and would send again.

        :param company: ``res.company`` record
        :param str number: as it was typed
        :returns: :class:`~..gateway.Result`
        :raises UserError: when the number is none, or the gate refuses the text
        """
        self._check_right()
        e164 = self._own_number(company, number)
        body = self.env._(
            "%(company)s: This is a test text from Odoo. Answer it to see that answers arrive.",
            company=company.name,
        )
        self._ask_gate(company, e164, body)
        note = self.env._("Test of the set-up")
        count = segments.count(body).segments
        with short_transaction(self.env.registry) as env:
            account = env["hr.sms.allowance"]._of(env["res.company"].browse(company.id))
            [taken] = account._take([Want(count)])
            if taken is None:
                raise UserError(self.env["hr.sms.gate"]._reason_text("allowance_used_up"))
            account._write_line("use", -taken.segments, used=count, note=note)
        company = company.sudo()  # the account's fields, for an administrator
        service = company.messaging_service_sid or None
        sender = None if service else get_twilio_from_number(company, e164).number
        result = company._sms_connection(Setup).test(e164, sender, service, body)
        if result.outcome == "failed":
            with short_transaction(self.env.registry) as env:
                account = env["hr.sms.allowance"].browse(account.id)
                account._give_back([taken])
                account._write_line("given_back", taken.segments, used=-count, note=note)
        return result

    @api.model
    def _own_number(self, company, number):
        e164 = phone_validation.phone_format(
            number or "",
            company.country_id.code,
            company.country_id.phone_code,
            force_format="E164",
            raise_exception=False,
        )
        if not _E164.fullmatch(e164 or ""):
            raise UserError(
                self.env._("Enter your mobile number with its country code, like +1 202 555 0142.")
            )
        return e164

    @api.model
    def _ask_gate(self, company, number, body):
        # sudo: whose number it is, whoever reads that applicant
        applicants = self.env["hr.applicant"].sudo().with_context(active_test=False)
        owner = applicants.search(
            [
                "|",
                ("sms_number", "=", number),
                ("sms_phone_ids.number", "=", number),
                "|",
                ("company_id", "=", False),
                ("company_id", "=", company.id),
            ],
            order="active desc, id desc",
            limit=1,
        )
        thread = self.env["hr.sms.thread"]._find(company, [number]).get(number)
        request = GateRequest(
            company=company,
            thread=thread or self.env["hr.sms.thread"],
            number=number,
            body=body,
            kind=TEST,
            applicant=owner,
        )
        [verdict] = self.env["hr.sms.gate"]._ask([request])
        if verdict.code:
            raise UserError(self.env["hr.sms.gate"]._reason_text(verdict.code))

    @api.model
    def _test_state(self, company, sid):
        """Ask Twilio what became of a test text.

        :param company: ``res.company`` record
        :param str sid: its MessageSid
        :returns: ``(state, words)``: ``sent``, ``delivered`` or ``failed``, and why it failed
        """
        self._check_right()
        [report] = company._sms_connection(Lookup).texts([sid]) or [None]
        state = delivery.TWILIO_STATUS.get(report.status, "sent") if report else "sent"
        if state != "failed":
            return state, ""
        return state, self._failure(report.error_code, None)

    @api.model
    def _failure(self, code, detail):
        """:returns: why Twilio did not send a text, in words"""
        text = FAILURES.get(str(code or ""))
        words = self.env._(text) if text else detail or ""  # pylint: disable=gettext-variable
        return f"{words} ({code})".strip() if code else words
