"""Tests on a database in which other modules that send texts are installed. `bin/test` runs them.

They are not imported by `tests/__init__.py`: those modules are nothing the addon depends on.
"""

from . import test_install_order
from . import test_mass_mailing
from . import test_other_texts
