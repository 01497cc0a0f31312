import { click, contains } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";

import { defineTextingModels, FakeTexting, MAIN, openApplicant, refusal } from "../sms_test_helpers";

defineTextingModels();

const REVIEW = {
    text: "Please stop <b>texting</b> me",
    date: "2025-03-10 09:30:00",
    until: "2025-03-15 09:30:00",
};
const PAUSED = { allowed: false, code: "consent_review", reason: "Decide first." };

test("keep texting: one click, the input is open again", async () => {
    const texting = new FakeTexting({ review: REVIEW, gate: PAUSED });
    await openApplicant(texting);
    await contains(".o_sms_review_text", { text: "Please stop <b>texting</b> me" });
    expect(".o_sms_input").not.toBeEnabled();
    await click(".o_sms_review_clear");
    await contains(".o_sms_review", { count: 0 });
    await contains(".o_sms_input:enabled");
    expect(texting.last("sms_review_decide")).toEqual({ decision: "clear", number: MAIN });
});

test("opt out: one click", async () => {
    const texting = new FakeTexting({ review: REVIEW, gate: PAUSED });
    await openApplicant(texting);
    await click(".o_sms_review_opt_out");
    await contains(".o_sms_review", { count: 0 });
    expect(texting.last("sms_review_decide")).toEqual({ decision: "opt_out", number: MAIN });
});

test("who may not send sees it and cannot decide", async () => {
    const texting = new FakeTexting({ review: REVIEW, gate: PAUSED, canSend: false });
    await openApplicant(texting);
    await contains(".o_sms_review_text");
    expect(".o_sms_review button").toHaveCount(0);
});

test("somebody else was faster", async () => {
    const texting = new FakeTexting({ review: REVIEW, gate: PAUSED });
    texting.refusals.sms_review_decide = refusal("Somebody else decided about this already.");
    await openApplicant(texting);
    await click(".o_sms_review_clear");
    await contains(".o_sms_review_error", { text: "Somebody else decided about this already." });
});
