import { click, contains } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";

import { defineTextingModels, FakeTexting, MAIN, openApplicant, refusal, shows } from "../sms_test_helpers";

defineTextingModels();

const REASON = "Nobody can tell whether this text was sent.";

function undecided(values) {
    const texting = new FakeTexting(values);
    const message = texting.addMessage({
        state: "unknown",
        failure_code: "undecided",
        failure_reason: REASON,
    });
    return { texting, message };
}

test("a text nobody can tell about: it arrived", async () => {
    const { texting, message } = undecided();
    await openApplicant(texting);
    await shows(".o_sms_bubble_state", "Perhaps not sent");
    expect(".o_sms_bubble_reason").toHaveText(REASON);
    await click(".o_sms_bubble_arrived");
    await shows(".o_sms_bubble_state", "Delivered");
    expect(".o_sms_bubble_decide").toHaveCount(0);
    expect(".o_sms_bubble_state").toHaveAttribute(
        "title",
        "Delivered · Decided by Mitchell Admin · 1 segment"
    );
    expect(texting.last("sms_unconfirmed_decide")).toEqual({
        message_id: message.id,
        decision: "arrived",
    });
});

test("a text nobody can tell about: send it again, once", async () => {
    const { texting } = undecided();
    texting.waits.sms_unconfirmed_decide = new Deferred();
    await openApplicant(texting);
    await click(".o_sms_bubble_again");
    await contains(".o_sms_bubble_again:disabled");
    await contains(".o_sms_bubble_arrived:disabled");
    texting.waits.sms_unconfirmed_decide.resolve();
    await shows(".o_sms_bubble_state", "Sending…");
    expect(texting.count("sms_unconfirmed_decide")).toBe(1);
    expect(texting.last("sms_unconfirmed_decide").decision).toBe("again");
});

test("a refusal says why and shows what is true now", async () => {
    const { texting, message } = undecided();
    texting.refusals.sms_unconfirmed_decide = refusal("Consent was withdrawn.");
    await openApplicant(texting);
    await click(".o_sms_bubble_again");
    await shows(".o_sms_bubble_error", "Consent was withdrawn.");
    await contains(".o_sms_bubble_again:enabled");
    message.state = "sent";
    await click(".o_sms_bubble_arrived");
    await shows(".o_sms_bubble_state", "Sent");
    await contains(".o_sms_bubble_decide", { count: 0 });
});

test("while Twilio is being asked, and for who may not send, there is nothing to decide", async () => {
    const { texting } = undecided({ canSend: false });
    texting.addMessage({ state: "unknown", failure_code: "unconfirmed" }, MAIN);
    texting.addReply("Hello");
    await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 3 });
    expect(".o_sms_bubble_decide").toHaveCount(0);
});

test("only the text in question can be decided about", async () => {
    const { texting } = undecided();
    texting.addMessage({ state: "unknown", failure_code: "unconfirmed" }, MAIN);
    await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 2 });
    expect(".o_sms_bubble_decide").toHaveCount(1);
    expect(".o_sms_bubble:first .o_sms_bubble_decide").toHaveCount(1);
});
