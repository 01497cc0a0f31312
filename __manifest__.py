{
    "name": "Recruitment Texting",
    "version": "19.0.1.0.0",
    "summary": "Text job applicants through Twilio, consent first",
    "category": "Human Resources/Recruitment",
    "author": "Recruitment Texting",
    "license": "LGPL-3",
    "depends": [
        "website_hr_recruitment",
        "hr_recruitment_sms",
        "calendar_sms",
        "sms_twilio",
    ],
    "external_dependencies": {"python": ["phonenumbers", "twilio"]},
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/ir_cron.xml",
        "data/sms_consent_wording.xml",
        "data/hr_sms_keyword.xml",
        "views/menus.xml",
        "views/hr_sms_keyword_views.xml",
        "views/website_templates.xml",
        "views/res_config_settings_views.xml",
        "views/hr_job_views.xml",
        "wizards/base_module_uninstall_views.xml",
    ],
    "demo": ["demo/hr_applicant_demo.xml"],
    "assets": {
        "web.assets_frontend": [
            "hr_recruitment_texting/static/src/website/**/*",
        ],
        "web.assets_tests": [
            "hr_recruitment_texting/static/tests/tours/**/*",
        ],
        "website.website_builder_assets": [
            "hr_recruitment_texting/static/src/website/sms_consent_markup.js",
            "hr_recruitment_texting/static/src/builder/**/*",
        ],
        "web.assets_backend": [
            "hr_recruitment_texting/static/src/core/**/*",
            "hr_recruitment_texting/static/src/chatter/**/*",
        ],
        "web.assets_unit_tests": [
            "hr_recruitment_texting/static/tests/**/*",
            ("remove", "hr_recruitment_texting/static/tests/tours/**/*"),
        ],
    },
    "uninstall_hook": "uninstall_hook",
    "application": True,
    "installable": True,
}
