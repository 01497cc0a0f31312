from odoo import api, models
from odoo.tools import formatLang
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

TOPICS = {
    "credentials": _lt("Credentials"),
    "neutralized": _lt("Copy for testing"),
    "account": _lt("Twilio account"),
    "number": _lt("Number"),
    "registration": _lt("Registration"),
    "webhook": _lt("Received texts"),
    "service": _lt("Messaging Service"),
    "shared": _lt("Shared number"),
    "address": _lt("Public address"),
    "signature": _lt("Signature"),
    "proxy": _lt("Proxy"),
    "countries": _lt("Countries"),
    "allowance": _lt("Allowance"),
}

# What a line of the check says: what is the matter, then what to do. %(detail)s is the line's.
WORDS = {
    "skipped": _lt("Not checked: put right what is red above, then check again."),
    "not_told": _lt("Twilio did not tell. Check again in a minute."),
    # The account
    "credentials_ok": _lt("Twilio accepts the Account SID and the Auth Token."),
    "credentials_incomplete": _lt(
        "The Account SID or the Auth Token is missing or mistyped. Copy both from the home page of "
        "Twilio's console; the SID begins with AC and has 34 characters."
    ),
    "credentials_refused": _lt(
        "Twilio refuses the Account SID or the Auth Token, or suspended the account. Copy both anew "
        "from the home page of Twilio's console."
    ),
    "credentials_none": _lt(
        "Twilio did not answer. Check again in a minute; if that does not help, see that the "
        "server's firewall lets it call Twilio."
    ),
    "no_copy": _lt("This database is not a copy for testing."),
    "neutralized": _lt(
        "This database is a neutralized copy: its Auth Token is a placeholder, and nothing is sent. "
        "Text from the original. If this is the original, enter the Auth Token again."
    ),
    "copy_texts": _lt(
        "This database is a neutralized copy, yet it has a real Auth Token: its texts reach "
        "candidates. Remove the token unless that is what you want."
    ),
    "account_active": _lt("The account is active."),
    "account_trial": _lt(
        "This is a trial account: it texts only numbers that are verified in Twilio's console. "
        "Upgrade it there."
    ),
    "account_inactive": _lt(
        "The account is suspended or closed: nothing is sent. Twilio's e-mails and the console's "
        "billing page say why."
    ),
    # Numbers
    "senders_missing": _lt(
        "There is no number to text from. Load the numbers of your account under Twilio account."
    ),
    "number_ok": _lt("It is in the account and can text."),
    "number_missing": _lt(
        "It is not in this Twilio account. Remove it under Twilio account, or enter the account that "
        "has it."
    ),
    "number_mute": _lt(
        "It cannot text. Remove it under Twilio account, and buy one with the capability SMS in "
        "Twilio's console."
    ),
    "number_name": _lt(
        "A name as sender: candidates cannot answer it, nor text STOP. Use it only where no number "
        "may text."
    ),
    "registered": _lt("It is registered with the carriers."),
    "registration_free": _lt("The carriers of the United States ask for no registration of it."),
    "registration_by_service": _lt(
        "It is registered by its Messaging Service: add it there first."
    ),
    "registration_missing": _lt(
        "Carriers in the United States block its texts (error 30034): it has no A2P 10DLC campaign. "
        "Register one in Twilio's console, Messaging, Regulatory Compliance. The page of your SMS "
        "terms is asked for there."
    ),
    "registration_toll_free": _lt(
        "Carriers block its texts (error 30032): the toll-free number is not verified. Ask for it in "
        "Twilio's console, Messaging, Regulatory Compliance."
    ),
    "registration_pending": _lt(
        "Its toll-free verification is under review. Until it is through, carriers block its texts."
    ),
    "registration_rejected": _lt(
        "Its toll-free verification was rejected: carriers block its texts. Twilio's console says "
        "why; correct it there."
    ),
    "registration_unknown": _lt(
        "Twilio did not tell whether it is registered with the carriers. Look in Twilio's console, "
        "Messaging, Regulatory Compliance."
    ),
    "webhook_ours": _lt("Texts to it arrive here."),
    "webhook_none": _lt("Texts to it, STOP among them, go nowhere. Connect the numbers."),
    "webhook_other": _lt(
        "Texts to it, STOP among them, go to %(detail)s. Connect the numbers, unless something else "
        "needs them there."
    ),
    "webhook_get": _lt("Twilio reports texts to it by GET, which is refused. Connect the numbers."),
    "webhook_app": _lt(
        "A TwiML App gets the texts to it, STOP among them. Connect the numbers, unless something "
        "else needs them there."
    ),
    "webhook_service": _lt(
        "The Messaging Service %(detail)s gets the texts to it. Enter its SID in the settings, or "
        "take the number out of it in Twilio's console."
    ),
    # Messaging Service
    "service_ok": _lt("It has the company's numbers."),
    "service_missing": _lt(
        "There is no such Messaging Service in the account. Copy its SID from Twilio's console, "
        "Messaging, Services, or empty the setting."
    ),
    "service_empty": _lt(
        "It has no number to text from. Add the company's numbers to its sender pool in Twilio's "
        "console."
    ),
    "service_lacks": _lt(
        "It never texts from %(detail)s. Add that to its sender pool in Twilio's console, or remove "
        "it under Twilio account."
    ),
    "service_more": _lt(
        "It also texts from %(detail)s. Load the numbers under Twilio account, so that a text by hand "
        "can answer from there."
    ),
    "service_not_sticky": _lt(
        "Sticky Sender is off: a candidate may be texted from several numbers, and their STOP counts "
        "for one of them at Twilio. Switch it on in Twilio's console."
    ),
    "not_shared": _lt("No other company has it."),
    "shared": _lt(
        "%(detail)s has it, too: STOP counts for both, and other texts go to who wrote last. Give "
        "each company a number of its own."
    ),
    # Our own address
    "address_ok": _lt("It leads to this Odoo."),
    "address_local": _lt(
        "Nobody outside reaches this address. Set web.base.url in the system parameters to the "
        "address that Twilio can call."
    ),
    "address_plain": _lt(
        "It is not encrypted: what candidates write could be read on the way. Set web.base.url in "
        "the system parameters to an address with https."
    ),
    "address_unreachable": _lt(
        "Odoo cannot call itself there. Correct web.base.url in the system parameters, the DNS entry, "
        "the certificate or the firewall."
    ),
    "address_one_worker": _lt(
        "It cannot be checked: Odoo runs with one worker and cannot answer itself meanwhile. Answer a "
        "test text instead."
    ),
    "address_redirect": _lt(
        "It redirects (status %(detail)s), which breaks signed requests. Set web.base.url in the "
        "system parameters to where it leads."
    ),
    "address_other": _lt(
        "Something else answers there, with status %(detail)s. Correct web.base.url in the system "
        "parameters, or have the proxy let /recruitment_texting pass."
    ),
    "signature_ok": _lt("A request signed as Twilio does it is accepted."),
    "signature_refused": _lt(
        "A rightly signed request was refused, as Twilio's would be: something changes requests on "
        "the way, keeps them off, or leads to another database. Check the proxy and dbfilter."
    ),
    "proxy_ok": _lt("Odoo sees requests as they were sent."),
    "proxy_off": _lt(
        "There is a proxy before Odoo, but proxy_mode is off: consents are recorded with its address, "
        "not with the candidate's. Set proxy_mode = True in Odoo's configuration and restart."
    ),
    "proxy_missing": _lt(
        "proxy_mode is on, but no proxy sends X-Forwarded-Host: anybody could pretend an address. "
        "Have the proxy send it, or set proxy_mode = False."
    ),
    "proxy_rewrites": _lt(
        "Odoo sees %(detail)s instead of the public address. Have the proxy send X-Forwarded-Host and "
        "X-Forwarded-Proto."
    ),
    # Countries and allowance
    "countries_ok": _lt("Twilio texts to %(detail)s."),
    "countries_off": _lt(
        "Twilio does not text to %(detail)s. Switch it on in Twilio's console, Messaging, Settings, "
        "Geo permissions, or add a country rule here that refuses it."
    ),
    "countries_unknown": _lt(
        "Twilio does not say which countries the account may text. Look in its console, Messaging, "
        "Settings, Geo permissions."
    ),
    "allowance_ok": _lt("%(detail)s segments are left."),
    "allowance_unlimited": _lt("Texting is not limited."),
    "allowance_low": _lt(
        "Only %(detail)s segments are left. Top up under Recruitment, SMS, Allowance."
    ),
    "allowance_empty": _lt(
        "The allowance is used up: nothing is sent. Top up under Recruitment, SMS, Allowance."
    ),
}


class HrSmsSetup(models.AbstractModel):
    """What the lines of the set-up check say."""

    _inherit = "hr.sms.setup"

    @api.model
    def _line_values(self, line):
        """Put a line into words, in the reader's language.

        :param line: :class:`~..rules.setup_check.Line`
        :returns: dict of values of ``hr.sms.setup.check.line``
        """
        detail = line.detail
        if line.topic == "countries":
            detail = self._country_names(detail)
        elif line.topic == "allowance" and detail:
            detail = formatLang(self.env, int(detail), digits=0)
        words = self.env._(WORDS[line.code])  # pylint: disable=gettext-variable
        return {
            "topic": self.env._(TOPICS[line.topic]),  # pylint: disable=gettext-variable
            "subject": line.subject,
            "level": line.level,
            "code": line.code,
            "words": words % {"detail": detail},
            "fix_sid": line.fix,
        }

    def _country_names(self, codes):
        ids = self.env["hr.sms.country.rule"]._country_ids()
        known = [ids[code] for code in codes.split(", ") if code in ids]
        return ", ".join(self.env["res.country"].browse(known).mapped("name"))
