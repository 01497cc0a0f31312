"""Run in `odoo shell`: point the demo company at the simulator, through the fields an administrator would fill in."""

import os
import traceback

try:
    company = env.ref("base.main_company")  # noqa: F821 - `env` is the shell's
    number = os.environ["TEXTING_NUMBER"]
    company.write(
        {
            "sms_provider": "twilio",
            "sms_twilio_account_sid": os.environ["TEXTING_ACCOUNT_SID"],
            "sms_twilio_auth_token": os.environ["TEXTING_AUTH_TOKEN"],
        }
    )
    if number not in company.sms_twilio_number_ids.mapped("number"):
        values = {"company_id": company.id, "number": number, "country_id": env.ref("base.us").id}  # noqa: F821
        env["sms.twilio.number"].create(values)  # noqa: F821
    parameters = env["ir.config_parameter"]  # noqa: F821
    parameters.set_param(
        "hr_recruitment_texting.twilio_api_url", os.environ["TEXTING_SIMULATOR_URL"]
    )
    parameters.set_param("web.base.url", os.environ["TEXTING_ODOO_URL"])
    parameters.set_param("web.base.url.freeze", "True")
    account = env["hr.sms.allowance"]._of(company)  # noqa: F821
    if account.balance < 50_000:  # enough to try everything out, and for load
        account._add("top_up", 100_000, note="Demo")
    env.cr.commit()  # noqa: F821
except Exception:  # noqa: BLE001 - the shell would swallow it and end well
    traceback.print_exc()
    os._exit(1)
