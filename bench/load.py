"""Many requests to an Odoo server at once. Prints the seconds taken.

    python -m bench.load < requests.json

``{"url": ..., "at_once": 8, "requests": [[path, form or null, signature or null], ...]}``; each has to
be answered by 200.
"""

import asyncio
import json
import sys
import time

import aiohttp


async def run(url, at_once, requests):
    """Send the requests, so many at once."""
    slots = asyncio.Semaphore(at_once)
    # A connection each, as from Twilio's many machines.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=at_once, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:

        async def one(path, form, signature):
            headers = {"X-Twilio-Signature": signature} if signature else {}
            method = "GET" if form is None else "POST"
            async with (
                slots,
                session.request(method, url + path, data=form, headers=headers) as answer,
            ):
                await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{path}: {answer.status}")

        await asyncio.gather(*[one(*request) for request in requests])


def main():
    given = json.load(sys.stdin)
    start = time.perf_counter()
    asyncio.run(run(given["url"], given["at_once"], given["requests"]))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
