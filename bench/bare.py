"""The yardstick: texts by a bare aiohttp client, nothing but the requests. Prints the seconds taken.

python -m bench.bare URL ACCOUNT_SID AUTH_TOKEN NUMBER COUNT CONCURRENCY
"""

import asyncio
import base64
import sys
import time

import aiohttp


async def send(url, account_sid, auth_token, number, count, concurrency):
    """Send ``count`` texts, ``concurrency`` at once."""
    secret = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
    slots = asyncio.Semaphore(concurrency)
    address = f"{url}/2010-04-01/Accounts/{account_sid}/Messages.json"
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency),
        headers={"Authorization": f"Basic {secret}"},
    ) as session:

        async def one(n):
            form = {
                "To": f"+1202{2000000 + n}",
                "From": number,
                "Body": f"Hello Bench {n}, are you free on Monday?",
                "StatusCallback": f"http://127.0.0.1:9/{n:032}",
            }
            async with slots, session.post(address, data=form) as answer:
                await answer.json()

        await asyncio.gather(*[one(n) for n in range(count)])


def main():
    url, account_sid, auth_token, number, count, concurrency = sys.argv[1:]
    start = time.perf_counter()
    asyncio.run(send(url, account_sid, auth_token, number, int(count), int(concurrency)))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
