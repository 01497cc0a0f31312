from odoo import api, models
from odoo.tools import hmac
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

from ..rules import consent_token
from ..rules.opt_out_line import LINK_PATH
from ..rules.phone import masked

_lt = LazyTranslate(__name__)

# state -> heading, text and what to do about it
_PAGE = {
    "none": (
        _lt("You get no text messages"),
        _lt("%(company)s has no consent to text this number about jobs, and does not."),
        None,
    ),
    "granted": (
        _lt("You get text messages"),
        _lt("You agreed to text messages from %(company)s on %(date)s."),
        None,
    ),
    "declined": (
        _lt("You get no text messages"),
        _lt("You answered No to text messages from %(company)s on %(date)s."),
        None,
    ),
    "review": (
        _lt("Text messages are paused"),
        _lt(
            "You seem to want no more text messages from %(company)s. None is sent until somebody "
            "there has read what you wrote."
        ),
        _lt("Withdraw your consent here to end them for good."),
    ),
    "withdrawn": (
        _lt("You get no more text messages"),
        _lt(
            "Your consent to text messages from %(company)s was withdrawn on %(date)s. None is "
            "sent to this number any more."
        ),
        _lt("If you want them again, tell %(company)s."),
    ),
    "locked": (
        _lt("You get no more text messages"),
        _lt(
            "Your consent to text messages from %(company)s was withdrawn on %(date)s. None is "
            "sent to this number any more."
        ),
        _lt("If you want them again, text START to the number that the messages came from."),
    ),
    "erased": (
        _lt("You get no more text messages"),
        _lt(
            "What %(company)s kept of your text messages was erased on %(date)s. None is sent to "
            "your number any more."
        ),
        None,
    ),
}


class HrSmsThread(models.Model):
    """The link by which a candidate sees and withdraws consent.

    It names the thread, which is the company and the number, and never the number. Nothing is
    stored: the signature is all there is, by the secret of the database.
    """

    _inherit = "hr.sms.thread"

    def _consent_url(self, base_url):
        """Return the address of this number's page to withdraw at.

        :param str base_url: of the company, without a slash at the end
        :returns: str
        """
        self.ensure_one()
        return f"{base_url}{LINK_PATH}{self._consent_token(consent_token.WITHDRAW)}"

    def _consent_token(self, purpose):
        size = (self.id.bit_length() + 7) // 8
        return consent_token.issue(purpose, self.id.to_bytes(size, "big"), self._sign_consent_link)

    @api.model
    def _from_consent_token(self, token, purpose):
        """Return the thread that a link is about.

        :param str token: from the address, whatever it is
        :param str purpose: what the link must be good for
        :returns: ``hr.sms.thread`` record (superuser: the signature is the right), possibly empty
        """
        threads_sudo = self.sudo()
        content = consent_token.read(token, self._sign_consent_link)
        if not content or content[0] != purpose:
            return threads_sudo.browse()
        return threads_sudo.browse(int.from_bytes(content[1], "big")).exists()

    def _sign_consent_link(self, content):
        # sudo: the secret is a system parameter
        return hmac(self.sudo().env, "hr_recruitment_texting.consent_link", content)

    # ------------------------------------------------------------
    # The page
    # ------------------------------------------------------------

    def _consent_page(self, company=None):
        """Return what the page of a number shows, in the language of the environment.

        No name but the company's: a text may have reached somebody else.

        :param company: ``res.company`` record that asks a number without a conversation, which is
            an empty recordset
        :returns: dict with ``company``, ``number`` (masked, empty when erased), ``state``,
            ``heading``, ``text`` and ``hint`` (what it is, what follows), ``wording`` with its
            ``wording_lang`` and ``wording_date``, and ``pledge``: what withdrawing means, empty
            when there is nothing to withdraw
        """
        company = (self.company_id or company).name
        state = "erased" if self.number_hmac else self.consent_state or "none"
        event = self._deciding_event() if self else self.env["hr.sms.consent"]
        given = event if state == "granted" else event.browse()
        heading, text, hint = self._consent_page_words(
            state, company=company, date=self._consent_day(event)
        )
        return {
            "company": company,
            "number": masked(self.number) if self and not self.number_hmac else "",
            "state": state,
            "heading": heading,
            "text": text,
            "hint": hint,
            "wording": given.wording or "",
            "wording_lang": (given.wording_lang or "").replace("_", "-"),
            "pledge": self._consent_pledge() if state in ("granted", "review") else "",
        }

    def _consent_page_words(self, state, **values):
        """Return heading, text and hint of the page, with ``company`` and ``date`` filled in."""
        key = "locked" if state == "withdrawn" and self.consent_locked else state
        texts = [
            self.env._(text) if text else ""  # pylint: disable=gettext-variable
            for text in _PAGE[key]
        ]
        return [text % values for text in texts]

    def _consent_day(self, event):
        """Return the day of an event where the company is, in words."""
        if not event:
            return ""
        zone = self._proof_zone()
        moment = zone.normalize(zone.fromutc(event.given_date))
        return format_date(self.env, moment.date(), date_format="long")

    def _consent_pledge(self):
        return self.env._(
            "I withdraw my consent: no more text messages from %(company)s to this number.",
            company=self.company_id.name,
        )

    def _withdraw_by_link(self, evidence):
        """Withdraw consent for whoever has the link. Called by the page's controller only.

        Not locked, as an opt-out from the handset itself is: the link shows that somebody had the
        text, not that START will ever arrive from that phone; where our number is replaced by
        another one it never does, and the lock would be for ever. Whoever wants texts again says
        so by any other way.

        :param dict evidence: ``page_url``, ``ip_address`` and ``user_agent``
        """
        self.ensure_one()
        if self.number_hmac or self.consent_state not in ("granted", "review"):
            return  # done before: a second click is no second event
        applicant = self._applicant_in_conversation()
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": self,
                    "event": "withdrawn",
                    "method": "link",
                    "applicant": applicant,
                    "actor_name": applicant.partner_name or self.number,
                    "wording": self._consent_pledge(),
                    "wording_lang": self.env.lang or "en_US",
                    **evidence,
                }
            ]
        )
