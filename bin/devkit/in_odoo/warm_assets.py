"""Run in `odoo shell`: build the browser bundles into the database, so that no test or first visit has to wait for them."""

import os
import traceback

try:
    env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821 - `env` is the shell's
    env.cr.commit()  # noqa: F821
except Exception:
    traceback.print_exc()
    os._exit(1)
