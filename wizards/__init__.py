from . import base_module_uninstall
from . import hr_sms_erasure
from . import hr_sms_invite
from . import hr_sms_ledger_check
from . import hr_sms_allowance_change
from . import privacy_lookup_wizard
from . import sms_composer
from . import sms_composer_mailing
