from odoo.http import request

_PAGE_URL_LENGTH = 500
_USER_AGENT_LENGTH = 300


def request_evidence(page_url):
    """Return where an answer came from, as far as the browser tells.

    :param str page_url: address of the page that showed what was answered
    :returns: dict with ``page_url``, ``ip_address`` and ``user_agent``, for the ledger
    """
    return {
        "page_url": page_url[:_PAGE_URL_LENGTH],
        # The visitor's address only with proxy_mode, behind a proxy.
        "ip_address": request.httprequest.remote_addr,
        "user_agent": (request.httprequest.headers.get("User-Agent") or "")[:_USER_AGENT_LENGTH],
    }
