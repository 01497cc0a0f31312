import json

from .rules.job_form_markup import FIELD_CLASS, remove_questions


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
    _remove_saved_questions(env.cr)


def _remove_saved_questions(cr):
    """Clear the job forms that were edited in the website builder, in every language."""
    cr.execute(
        "SELECT id, arch_db FROM ir_ui_view WHERE arch_db::text LIKE %s", [f"%{FIELD_CLASS}%"]
    )
    for view, archs in cr.fetchall():
        cleared = {lang: remove_questions(arch) for lang, arch in archs.items()}
        cr.execute("UPDATE ir_ui_view SET arch_db = %s WHERE id = %s", [json.dumps(cleared), view])
