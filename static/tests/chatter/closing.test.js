import { click, contains } from "@mail/../tests/mail_test_helpers";
import { expect, queryAllTexts, test } from "@odoo/hoot";
import { MockServer } from "@web/../tests/web_test_helpers";

import {
    defineTextingModels,
    FakeTexting,
    notify,
    openApplicant,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

const CLOSING = { count: 1, text: "Ada Lovelace was hired. Texts planned before that still go out: 1." };

function texting(values = {}) {
    const fake = new FakeTexting({ closing: CLOSING, ...values });
    fake.addPlanned({ body: "See you at the interview", scheduled_date: "2099-03-14 13:00:00" });
    return fake;
}

/** As the server does for whoever closed the application. */
function close(ids) {
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/closed", {
        applicant_ids: ids,
    });
}

test("the tab asks about texts that were left: cancel them", async () => {
    const fake = texting();
    await openApplicant(fake);
    await shows(".o_sms_closing", "was hired");
    await click(".o_sms_closing_cancel");
    await contains(".o_sms_planned", { count: 0 });
    expect(fake.last("sms_closing_decide")).toEqual({ decision: "cancel" });
    await shows(".o_sms_bubble_state", "Canceled");
});

test("the tab asks about texts that were left: keep them", async () => {
    const fake = texting();
    await openApplicant(fake);
    await click(".o_sms_closing_keep");
    await contains(".o_sms_closing", { count: 0 });
    expect(fake.last("sms_closing_decide")).toEqual({ decision: "keep" });
    expect(".o_sms_planned_text").toHaveCount(1);
});

test("without the right to send nothing is to be decided; texts to another number are asked about too", async () => {
    const fake = new FakeTexting({ closing: CLOSING, canSend: false });
    await openApplicant(fake);
    await shows(".o_sms_closing", "was hired");
    expect(".o_sms_closing button").toHaveCount(0);
    expect(".o_sms_planned_title").toHaveCount(0);
});

test("whoever closed it without a dialog is asked at once", async () => {
    const fake = texting();
    const id = await openApplicant(fake, { openTab: false });
    close([id, 77]);
    await shows(".o_notification", "was hired");
    expect(queryAllTexts(".o_notification .o_notification_buttons button")).toEqual([
        "Cancel the texts",
        "Keep them",
    ]);
    await click(".o_notification_buttons button", { text: "Cancel the texts" });
    await shows(".o_notification", "The planned texts were canceled.");
    expect(fake.calls.findLast(({ method }) => method === "sms_closing_decide").ids).toEqual([id, 77]);
    expect(".o_notification").toHaveCount(1);
});

test("asked at once: refused, it says why", async () => {
    const fake = texting({ refusals: { sms_closing_decide: refusal("You may not.") } });
    const id = await openApplicant(fake, { openTab: false });
    close([id]);
    await click(".o_notification_buttons button", { text: "Keep them" });
    await shows(".o_notification", "You may not.");
});

test("nothing is asked when nothing is left by then", async () => {
    const fake = texting({ closing: false });
    const id = await openApplicant(fake);
    close([id]);
    notify(id);
    await contains(".o_sms_planned_text", { count: 1 });
    expect(".o_notification").toHaveCount(0);
    expect(".o_sms_closing").toHaveCount(0);
});
