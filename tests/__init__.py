from . import test_segments
from . import test_consent_rules
from . import test_ledger
from . import test_sending
from . import test_webhooks
