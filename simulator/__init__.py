"""A stand-in for Twilio's Messages API with phones in the browser.

A program of its own: it knows nothing of the addon beside it, and the addon never imports it.
Start it with ``python -m simulator``; see ``README.md``.
"""

#: Credentials and sender used when none are given. Obviously not real ones.
DEFAULT_ACCOUNT_SID = "AC51a0000000000000000000000000f00d"
DEFAULT_AUTH_TOKEN = "51a0000000000000000000000000f00d"
#: One of Twilio's own test numbers: a valid sender that belongs to nobody.
DEFAULT_NUMBER = "+15005550006"
#: A messaging service that holds every number of the simulator.
DEFAULT_MESSAGING_SERVICE_SID = "MG51a0000000000000000000000000f00d"

API_VERSION = "2010-04-01"
