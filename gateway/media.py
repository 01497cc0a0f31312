"""Fetching the pictures and files of received texts."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests

from ..rules.media import MAX_BYTES
from .client import DEFAULT_URL, TIMEOUT, Gateway

_logger = logging.getLogger(__name__)

CONCURRENCY = 4
# Seconds for one file, however slowly it comes.
LONGEST = 60
_REDIRECTS = 3
_CHUNK = 64 * 1024
# Where Twilio keeps the files it redirects to. The credentials stay with Twilio's API.
_STORES = (".twilio.com", ".twiliocdn.com")


@dataclass(frozen=True)
class Fetched:
    """What became of fetching a file.

    :param str outcome: ``done``, ``retry`` or ``failed``
    :param content: bytes when done
    :param content_type: as it came, when done
    :param reason: why it failed for good: ``foreign``, ``too_large`` or ``gone``
    """

    outcome: str
    content: bytes | None = None
    content_type: str | None = None
    reason: str | None = None


class MediaFetcher(Gateway):
    """The files of one Twilio account. Asks nobody but Twilio, whatever an address says."""

    def fetch_many(self, urls):
        """Fetch files, concurrently.

        :param urls: list of addresses, as the webhook named them
        :returns: list of :class:`Fetched` in the same order
        """
        with ThreadPoolExecutor(
            max_workers=min(CONCURRENCY, len(urls)) or 1,
            thread_name_prefix="recruitment_texting.media",
        ) as pool:
            return list(pool.map(self._fetch, urls))

    def _fetch(self, url):
        if not self._is_ours(url):
            return Fetched("failed", reason="foreign")
        deadline = time.monotonic() + LONGEST
        auth = (self.account_sid, self._auth_token)
        try:
            with requests.Session() as session:
                session.trust_env = False  # no credentials of the machine for anybody
                for _step in range(_REDIRECTS + 1):
                    with session.get(
                        url, auth=auth, stream=True, timeout=TIMEOUT, allow_redirects=False
                    ) as answer:
                        if not answer.is_redirect:
                            return self._read(answer, deadline)
                        url = urljoin(url, answer.headers["Location"])
                    auth = None
                    if not self._may_follow(url):
                        return Fetched("failed", reason="foreign")
        except (requests.exceptions.RequestException, ValueError) as error:
            _logger.info("%s while fetching a file from Twilio", type(error).__name__)
        return Fetched("retry")

    def _read(self, answer, deadline):
        if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return Fetched("failed", reason="gone")
        if answer.status_code != HTTPStatus.OK:
            return Fetched("retry")
        content = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > MAX_BYTES:
                return Fetched("failed", reason="too_large")
            if time.monotonic() > deadline:
                return Fetched("retry")
        return Fetched("done", bytes(content), answer.headers.get("Content-Type"))

    def _is_ours(self, url):
        """Tell whether an address is a file of this account at Twilio's API."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/"
        parts = _split(url)
        return bool(
            parts
            and any(
                _origin(parts) == _origin(_split(base)) for base in (self._base_url, DEFAULT_URL)
            )
            and parts.path.startswith(path)
            and ".." not in parts.path
        )

    def _may_follow(self, url):
        """Tell whether Twilio may send us there for a file."""
        parts = _split(url)
        if not parts:
            return False
        if _origin(parts) == _origin(_split(self._base_url)):
            return True
        if parts.scheme != "https" or parts.port not in (None, 443):
            return False
        # https://www.twilio.com/docs/messaging/api/media-resource
        return parts.hostname.endswith(_STORES) or (
            parts.hostname.endswith(".amazonaws.com")
            and parts.path.startswith("/media.twiliocdn.com/")
        )


def _split(url):
    """Return the parts of a plain web address, ``None`` for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or -1
    except ValueError:  # also for what is no port
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return parts if usable and port else None


def _origin(parts):
    standard = {"http": 80, "https": 443}[parts.scheme]
    return parts.scheme, parts.hostname, parts.port or standard
