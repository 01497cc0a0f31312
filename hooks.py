def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove by itself.

    Tables, fields, views, crons and groups go with the module's own records. The opt-outs that
    Odoo's phone blacklist knows stay, on purpose: those people still want no texts.

    :param env: superuser environment, before the module's data is removed
    """
    env.cr.execute("DROP FUNCTION IF EXISTS hr_sms_consent_append_only() CASCADE")
    env["ir.config_parameter"].search([("key", "=like", "hr\\_recruitment\\_texting.%")]).unlink()
    env["bus.bus"].search([("message", "like", "hr_recruitment_texting/")]).unlink()
    env["ir.attachment"].search([("res_model", "=like", "hr.sms.%")]).unlink()
