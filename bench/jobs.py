"""The work that is measured inside Odoo. Each job takes the registry and returns a dict, or nothing.

Jobs named ``core_…`` run in a database without the addon.
"""

import time
from contextlib import contextmanager

import requests

TWILIO = "https://api.twilio.com"


@contextmanager
def environment(registry, **context):
    """An environment that is committed at the end, as the one of a request."""
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, context)


def drain(registry, lane="bulk"):
    """Our queue, as a lane's cron runs it."""
    with environment(registry) as env:
        env["hr.sms.message"]._process_queue(lane)


def core_redirect(_registry, url):
    """Have Odoo's own provider talk to the simulator: it knows no address but Twilio's."""
    real = requests.Session.request

    def request(self, method, address, *args, **kwargs):
        return real(self, method, address.replace(TWILIO, url, 1), *args, **kwargs)

    requests.Session.request = request


def core_drain(registry):
    """Odoo's own queue, called as its cron calls it until nothing is left."""
    with environment(registry) as env:
        texts = env["sms.sms"]
        while texts.search_count([("state", "=", "outgoing"), ("to_delete", "!=", True)], limit=1):
            texts._process_queue()
            env.cr.commit()


def gate(registry, threads):
    """Ask the gate about so many threads, as a bulk preview does."""
    from odoo.addons.hr_recruitment_texting.models.hr_sms_gate import GateRequest

    with environment(registry) as env:
        found = env["hr.sms.thread"].search([("consent_state", "=", "granted")], limit=threads)
        asked = [
            GateRequest(
                company=thread.company_id,
                thread=thread,
                number=thread.number,
                body="Hello",
                kind="bulk",
                applicant=thread.applicant_ids[:1],
            )
            for thread in found
        ]
        start = time.perf_counter()
        verdicts = env["hr.sms.gate"]._ask(asked)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "passed": sum(not verdict.code for verdict in verdicts)}


def _opened(env, screen, times=20):
    """Ask for a screen again and again, each time as if for the first.

    :param screen: callable that asks for it
    :returns: dict with the ``seconds`` of one time
    """
    screen()  # whatever is cached for good
    start = time.perf_counter()
    for _time in range(times):
        env.invalidate_all()
        screen()
    return {"seconds": (time.perf_counter() - start) / times}


def open_thread(registry, applicant):
    """What the SMS tab asks for when an applicant is opened."""
    with environment(registry) as env:
        return _opened(env, env["hr.applicant"].browse(applicant).sms_tab)


def open_inbox(registry):
    """What the inbox asks for when it is opened."""
    with environment(registry) as env:
        return _opened(env, env["hr.sms.thread"].sms_inbox)


def compose(registry, applicants, body):
    """A text to many applicants by Odoo's own composer, with its note: ours or core's, as installed."""
    with environment(registry) as env:
        ids = (
            env["hr.applicant"].search([("partner_name", "like", "Bench %")], limit=applicants).ids
        )
        composer = env["sms.composer"].create(
            {
                "composition_mode": "mass",
                "res_model": "hr.applicant",
                "res_ids": repr(ids),
                "body": body,
                "mass_keep_log": True,
                "mass_force_send": False,
            }
        )
        start = time.perf_counter()
        composer.action_send_sms()
        env.cr.commit()
        return {"seconds": time.perf_counter() - start}
