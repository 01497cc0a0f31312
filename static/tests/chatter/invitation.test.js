import { click, contains } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";

import {
    defineTextingModels,
    FakeTexting,
    MAIN,
    makeConsent,
    openApplicant,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

function withoutConsent(values = {}) {
    return new FakeTexting({
        consents: {
            [MAIN]: makeConsent({
                state: "none",
                by: false,
                can_grant: true,
                can_withdraw: false,
                can_invite: true,
                ...values,
            }),
        },
        gate: { allowed: false, code: "consent_none", reason: "No consent yet." },
    });
}

test("ask by e-mail from the blocked input: sent, said, and not offered again", async () => {
    const texting = withoutConsent();
    await openApplicant(texting);
    await click(".o_sms_blocked_invite");
    await shows(".o_notification", "The e-mail to ada@example.com is on its way.");
    expect(texting.last("sms_consent_invite")).toEqual({ number: MAIN });
    await contains(".o_sms_blocked_invite", { count: 0 });
    await contains(".o_sms_blocked_add");
    await click(".o_sms_status");
    await shows(".o_sms_consent_invited", "Asked by e-mail on Jun 1 already.");
    await contains(".o_sms_consent_invite", { count: 0 });
});

test("ask by e-mail from the status", async () => {
    const texting = withoutConsent({ invited: "Asked by e-mail on May 1 by Marc. No answer yet." });
    await openApplicant(texting);
    await click(".o_sms_status");
    await shows(".o_sms_consent_invited", "No answer yet");
    await click(".o_sms_consent_invite");
    await shows(".o_notification", "is on its way");
    await contains(".o_sms_consent_popover", { count: 0 });
});

test("asking is refused: the reason is shown", async () => {
    const texting = withoutConsent();
    texting.refusals.sms_consent_invite = refusal("There is no e-mail address to ask at.");
    await openApplicant(texting);
    await click(".o_sms_blocked_invite");
    await shows(".o_notification", "There is no e-mail address to ask at.");
});

test("no button where asking makes no sense", async () => {
    const texting = withoutConsent({ can_invite: false });
    await openApplicant(texting);
    await contains(".o_sms_blocked_add");
    expect(".o_sms_blocked_invite").toHaveCount(0);
});
