"""Run in `odoo shell` on a new template: build the browser bundles, so that nothing waits for them later."""

import os
import traceback

try:
    env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821 - `env` is the shell's
    # otherwise the first visit of an administrator asks a service on the internet about the company
    env["res.company"].search([]).iap_enrich_auto_done = True  # noqa: F821
    env.cr.commit()  # noqa: F821
except Exception:  # noqa: BLE001 - the shell would swallow it and end well
    traceback.print_exc()
    os._exit(1)
