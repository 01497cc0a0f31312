{
    "name": "Recruitment Texting",
    "version": "19.0.1.0.0",
    "summary": "Text job applicants through Twilio, consent first",
    "category": "Human Resources/Recruitment",
    "author": "Recruitment Texting",
    "website": "https://github.com/recruitment-texting/hr_recruitment_texting",
    "license": "LGPL-3",
    "depends": [
        "website_hr_recruitment",
        "hr_recruitment_sms",
        "calendar_sms",
        "sms_twilio",
    ],
    "external_dependencies": {"python": ["phonenumbers", "twilio"]},
    "data": [],
    "assets": {},
    "installable": True,
}
