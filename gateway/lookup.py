"""Asking Twilio for its message list, through the official SDK."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from twilio.base.exceptions import TwilioException

from .client import Gateway

_logger = logging.getLogger(__name__)

# The most Twilio gives at once: https://www.twilio.com/docs/messaging/api/message-resource
PAGE_SIZE = 1000
# Network errors, refusals, and answers that are no JSON.
_FAILURES = (TwilioException, requests.exceptions.RequestException, ValueError)
# Questions under way at once, for one account.
CONCURRENCY = 20


@dataclass(frozen=True)
class Report:
    """A text as Twilio's message list has it.

    :param str sid: MessageSid
    :param str to: recipient, E.164
    :param str sender: E.164
    :param body: the text; empty when it was redacted
    :param str direction: ``outbound-api`` for texts that a program handed over
    :param str status: Twilio's MessageStatus
    :param error_code: Twilio's error code as str, or ``None``
    :param datetime created: naive UTC, whole seconds
    """

    sid: str
    to: str
    sender: str
    body: str | None
    direction: str
    status: str
    error_code: str | None
    created: datetime


class Lookup(Gateway):
    """The message list of one Twilio account. Reads only."""

    def texts_to(self, recipients):
        """Return what Twilio has sent to numbers since a moment, concurrently.

        The list is not narrowed by DateSent: a text that still waits in Twilio's own queue has
        none, and it must not be taken for missing.

        :param recipients: list of ``(number, since)``, E.164 and naive UTC
        :returns: list in the same order of lists of :class:`Report`, newest first; ``None``
            where Twilio could not be asked
        """
        with ThreadPoolExecutor(
            max_workers=min(CONCURRENCY, len(recipients)) or 1,
            thread_name_prefix="recruitment_texting.lookup",
        ) as pool:
            return list(pool.map(lambda recipient: self._texts_to(*recipient), recipients))

    def _texts_to(self, number, since):
        reports = []
        try:
            for message in self._client().messages.stream(to=number, page_size=PAGE_SIZE):
                report = _report(message)
                if report.created < since:
                    break  # newest first
                reports.append(report)
        except _FAILURES as error:
            _logger.info("%s while reading Twilio's message list", type(error).__name__)
            return None
        return reports

    def texts(self, sids):
        """Return what Twilio says of single texts, concurrently.

        :param sids: list of MessageSids
        :returns: list of :class:`Report`, without those that Twilio does not know or did not
            tell of
        """
        with ThreadPoolExecutor(
            max_workers=min(CONCURRENCY, len(sids)) or 1,
            thread_name_prefix="recruitment_texting.lookup",
        ) as pool:
            return [report for report in pool.map(self._text, sids) if report]

    def _text(self, sid):
        try:
            return _report(self._client().messages(sid).fetch())
        except _FAILURES as error:
            _logger.info("%s while asking Twilio about a text", type(error).__name__)
            return None

    def pages(self, since, until):
        """Yield Twilio's message list page by page, as far as Twilio can be asked.

        :param datetime since: when texts were sent at the earliest, naive UTC
        :param datetime until: and at the latest
        :returns: generator of lists of :class:`Report`, newest first, 1,000 at most
        """
        try:
            page = self._client().messages.page(
                date_sent_after=since, date_sent_before=until, page_size=PAGE_SIZE
            )
            while page is not None:
                yield [_report(message) for message in page]
                page = page.next_page()
        except _FAILURES as error:
            _logger.info("%s while reading Twilio's message list", type(error).__name__)


def _report(message):
    created = message.date_created or datetime.now(UTC)
    return Report(
        sid=message.sid,
        to=message.to,
        sender=message.from_,
        body=message.body,
        direction=str(message.direction),
        status=str(message.status),
        error_code=str(message.error_code) if message.error_code else None,
        created=created.astimezone(UTC).replace(tzinfo=None),
    )
