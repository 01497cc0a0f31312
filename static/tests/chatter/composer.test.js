import { click, contains, insertText } from "@mail/../tests/mail_test_helpers";
import {
    expect,
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryOne,
    test,
    waitFor,
    waitUntil,
} from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

import {
    defineTextingModels,
    FakeTexting,
    MAIN,
    makeConsent,
    notify,
    openApplicant,
    readyToWrite,
    refusal,
    shows,
} from "../sms_test_helpers";
import { optOut } from "../opt_out_line_vectors";

defineTextingModels();

/** As if pasted: 1,400 keystrokes take too long. */
async function write(text) {
    const input = await waitFor(".o_sms_input");
    input.value = text;
    await manuallyDispatchProgrammaticEvent(input, "input");
    await animationFrame();
}

test("send by click: shown, input empty and focused", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await readyToWrite();
    expect(".o_sms_send").not.toBeEnabled();
    await insertText(".o_sms_input", "Hello Ada");
    await click(".o_sms_send:enabled");
    await shows(".o_sms_bubble_body", "Hello Ada");
    await shows(".o_sms_bubble_state", "Sending…");
    expect(texting.last("sms_send")).toEqual({ body: "Hello Ada", number: MAIN, purpose: "job" });
    expect(texting.count("sms_send")).toBe(1);
    expect(".o_sms_input").toHaveValue("");
    expect(".o_sms_input").toBeFocused();
});

test("at night: send now, or in the morning there", async () => {
    const texting = new FakeTexting({
        quietUntil: "2025-03-11 12:00:00",
        quietUntilLocal: "8:00 AM",
        notices: [{ code: "quiet_hours", level: "info", text: "It is 11:30 PM there." }],
    });
    await openApplicant(texting);
    await shows(".o_sms_notice[data-code=quiet_hours]", "11:30 PM");
    await shows(".o_sms_send_morning", "Send at 8:00 AM");
    expect(".o_sms_send_morning").not.toBeEnabled();
    await insertText(".o_sms_input", "Good morning");
    await click(".o_sms_send_morning:enabled");
    await shows(".o_sms_planned_when", "Goes out");
    expect(texting.last("sms_send")).toEqual({
        body: "Good morning",
        number: MAIN,
        purpose: "job",
        scheduled_date: "2025-03-11 12:00:00",
    });
    expect(".o_sms_input").toHaveValue("");
    await insertText(".o_sms_input", "Urgent");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(texting.last("sms_send")).toEqual({ body: "Urgent", number: MAIN, purpose: "job" });
});

test("by day there is one button", async () => {
    await openApplicant(new FakeTexting());
    await contains(".o_sms_send");
    expect(".o_sms_send_morning").toHaveCount(0);
});

test("a blocked number cannot be set for the morning either", async () => {
    await openApplicant(
        new FakeTexting({
            quietUntil: "2025-03-11 12:00:00",
            quietUntilLocal: "8:00 AM",
            gate: { allowed: false, code: "country_refused:FR", reason: "Not to France." },
        })
    );
    await shows(".o_sms_blocked", "Not to France.");
    expect(".o_sms_send_morning").toHaveCount(0);
});

test("a text that waits says why, in place of when it was to go", async () => {
    const texting = new FakeTexting();
    const reason = "Waits for a top-up.";
    texting.addMessage({ state: "queued", wait_reason: reason });
    texting.addMessage({
        state: "scheduled",
        scheduled_date: "2025-03-10 09:30:00",
        wait_reason: reason,
    });
    texting.addMessage({ state: "queued" });
    texting.addMessage({ state: "sent", wait_reason: reason });
    await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 4 });
    expect(".o_sms_bubble_reason").toHaveCount(2);
    expect(".o_sms_bubble_reason:first").toHaveText(reason);
    expect(queryAllTexts(".o_sms_bubble_state")).toEqual([
        "Waiting",
        "Waiting",
        "Sending…",
        "Sent",
    ]);
});

const OPT_OUT = {
    line: "Reply STOP to opt out",
    separator: "\n",
    told: { link: "", patterns: optOut.patterns },
};

test("the opt-out line shows where it will be added, and counts", async () => {
    const texting = new FakeTexting({ optOut: OPT_OUT });
    await openApplicant(texting);
    await shows(".o_sms_opt_out", "Reply STOP to opt out");
    expect(".o_sms_input").toHaveAttribute("aria-describedby", "o_sms_counter o_sms_opt_out");
    expect(".o_sms_counter_units").toHaveText("0 / 1400");
    await write("Hello");
    expect(".o_sms_counter_units").toHaveText("27 / 1400");
    await write("x".repeat(1400 - 22));
    expect(".o_sms_counter_units").toHaveText("1400 / 1400");
    expect(".o_sms_send").toBeEnabled();
    await write("x".repeat(1400 - 21));
    expect(".o_sms_too_long").toHaveText("The text is 1 character too long. Shorten it to send it.");
    expect(".o_sms_send").not.toBeEnabled();
});

test("no second opt-out line below a text that has one", async () => {
    const texting = new FakeTexting({ optOut: OPT_OUT });
    await openApplicant(texting);
    await write("Hello. Text STOP to end.");
    expect(".o_sms_opt_out").toHaveCount(0);
    expect(".o_sms_counter_units").toHaveText("24 / 1400");
    await write("Hello. Please stop by.");
    expect(".o_sms_opt_out").toHaveCount(1);
});

test("the server adds the line: the text is sent as typed, and the next needs none", async () => {
    const texting = new FakeTexting({ optOut: OPT_OUT });
    await openApplicant(texting);
    await write("Hello Ada");
    texting.optOut = false;
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(texting.last("sms_send").body).toBe("Hello Ada");
    expect(".o_sms_opt_out").toHaveCount(0);
});

test("send by Ctrl+Enter; Enter alone makes a line", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await insertText(".o_sms_input", "Hello Ada");
    await press("Enter");
    await animationFrame();
    expect(texting.count("sms_send")).toBe(0);
    await press(["ctrl", "Enter"]);
    await contains(".o_sms_bubble", { count: 1 });
    expect(texting.count("sms_send")).toBe(1);
});

test("nothing is sent twice, however often one asks", async () => {
    const texting = new FakeTexting({ waits: { sms_send: new Deferred() } });
    await openApplicant(texting);
    await insertText(".o_sms_input", "Once");
    await press(["ctrl", "Enter"]);
    await press(["ctrl", "Enter"]);
    await contains(".o_sms_send:disabled");
    queryOne(".o_sms_send").click();
    await press(["ctrl", "Enter"]);
    expect(".o_sms_input").toHaveAttribute("readonly");
    texting.waits.sms_send.resolve();
    await contains(".o_sms_bubble", { count: 1 });
    await press(["ctrl", "Enter"]);
    await animationFrame();
    expect(texting.count("sms_send")).toBe(1);
});

test("a refusal is shown and the text kept", async () => {
    const texting = new FakeTexting({
        refusals: { sms_send: refusal("No texts at night.") },
    });
    await openApplicant(texting);
    await insertText(".o_sms_input", "Precious words");
    await click(".o_sms_send:enabled");
    await shows(".o_sms_error", "No texts at night.");
    expect(".o_sms_error").toHaveAttribute("role", "alert");
    expect(".o_sms_input").toHaveValue("Precious words");
    expect(".o_sms_input").toBeFocused();
    expect(".o_sms_send").toBeEnabled();
    delete texting.refusals.sms_send;
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(".o_sms_error").toHaveCount(0);
});

test("the answer got lost: the next try is the same attempt, other words are another one", async () => {
    const texting = new FakeTexting();
    texting.refusals.sms_send = refusal("The server cannot be reached.");
    await openApplicant(texting);
    await insertText(".o_sms_input", "Hello");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_error");
    delete texting.refusals.sms_send;
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    for (const count of [2, 3]) {
        await waitUntil(() => queryOne(".o_sms_input").value === "");
        await insertText(".o_sms_input", "Hello");
        await click(".o_sms_send:enabled");
        await contains(".o_sms_bubble", { count });
    }
    const [first, again, ...others] = texting.tokens;
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
});

test("the counter counts as typed", async () => {
    await openApplicant(new FakeTexting());
    await shows(".o_sms_counter", "0 / 1400");
    await write("a".repeat(160));
    await shows(".o_sms_counter_units", "160 / 1400");
    expect(".o_sms_counter_segments").toHaveText("1 segment");
    expect(".o_sms_counter_encoding").toHaveText("GSM-7");
    expect(".o_sms_counter_left").toHaveText("0 left in this segment");
    await write("a".repeat(161));
    await shows(".o_sms_counter_segments", "2 segments");
    expect(".o_sms_counter_left").toHaveText("145 left in this segment");
    await write("€");
    await shows(".o_sms_counter_units", "2 / 1400");
    await write("😀".repeat(36));
    await shows(".o_sms_counter_encoding", "Unicode");
    expect(".o_sms_counter_segments").toHaveText("2 segments");
    expect(".o_sms_counter_units").toHaveText("72 / 1400");
});

test("too long: says by how much and cannot be sent", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await write("€".repeat(700));
    await shows(".o_sms_counter_units", "1400 / 1400");
    expect(".o_sms_send").toBeEnabled();
    await write("€".repeat(700) + "ab");
    await shows(".o_sms_too_long", "The text is 2 characters too long. Shorten it to send it.");
    expect(".o_sms_send").not.toBeEnabled();
    expect(".o_sms_counter").toHaveClass("text-danger");
    await press(["ctrl", "Enter"]);
    await animationFrame();
    expect(texting.count("sms_send")).toBe(0);
});

test("blanks alone are not sent", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await write("  \n ");
    await press(["ctrl", "Enter"]);
    await animationFrame();
    expect(".o_sms_send").not.toBeEnabled();
    expect(texting.count("sms_send")).toBe(0);
});

for (const [code, state, canGrant] of [
    ["consent_none", "none", true],
    ["consent_declined", "declined", true],
    ["consent_withdrawn", "withdrawn", true],
    ["consent_locked", "withdrawn", false],
    ["consent_review", "review", false],
    ["allowance", "granted", false],
]) {
    test(`blocked (${code}): the reason in words, and the way out where there is one`, async () => {
        const texting = new FakeTexting({
            gate: { allowed: false, code, reason: `Because of ${code}.` },
            consents: { [MAIN]: makeConsent({ state, can_grant: canGrant }) },
        });
        await openApplicant(texting);
        await shows(`.o_sms_blocked[data-code='${code}']`, `Because of ${code}.`);
        expect(".o_sms_input").not.toBeEnabled();
        expect(".o_sms_send").not.toBeEnabled();
        expect(".o_sms_input").toHaveAttribute("aria-describedby", /o_sms_blocked/);
        expect(".o_sms_blocked_add").toHaveCount(canGrant ? 1 : 0);
    });
}

test("may view but not send: says whom to ask", async () => {
    const texting = new FakeTexting({
        canSend: false,
        gate: { allowed: false, code: "consent_none", reason: "No consent." },
        consents: { [MAIN]: makeConsent({ state: "none", can_grant: false, can_withdraw: false }) },
    });
    await openApplicant(texting);
    await shows(".o_sms_blocked[data-code='no_permission']", `permission "Send SMS"`);
    expect(".o_sms_input").not.toBeEnabled();
    expect(".o_sms_blocked_add").toHaveCount(0);
});

test("a draft survives switching tabs", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await insertText(".o_sms_input", "Not done y");
    await click(".o-mail-Chatter-logNote");
    await contains(".o_sms_tab", { count: 0 });
    await click(".o_sms_tab_button");
    await contains(".o_sms_input:value(Not done y)");
    await insertText(".o_sms_input", "et");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    await click(".o-mail-Chatter-logNote");
    await contains(".o_sms_tab", { count: 0 });
    await click(".o_sms_tab_button");
    await contains(".o_sms_input");
    expect(".o_sms_input").toHaveValue("");
});

/** What another tab of this browser keeps for the same conversation. */
const draftKey = (applicantId) => `hr_recruitment_texting.draft/${user.userId}/${applicantId}/${MAIN}`;

test("another tab's longer draft stays when a short text is sent here", async () => {
    const key = draftKey(await openApplicant(new FakeTexting()));
    await readyToWrite();
    browser.localStorage.setItem(key, "A long draft of another tab");
    await insertText(".o_sms_input", "Short");
    expect(browser.localStorage.getItem(key)).toBe("A long draft of another tab");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(browser.localStorage.getItem(key)).toBe("A long draft of another tab");
});

test("another tab's shorter draft makes way for a longer one, and is back once that is sent", async () => {
    const key = draftKey(await openApplicant(new FakeTexting()));
    await readyToWrite();
    browser.localStorage.setItem(key, "Hi");
    await insertText(".o_sms_input", "Hello Ada");
    expect(browser.localStorage.getItem(key)).toBe("Hello Ada");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(browser.localStorage.getItem(key)).toBe("Hi");
});

test("a draft taken up from another tab is gone once it is sent", async () => {
    const id = await openApplicant(new FakeTexting(), { openTab: false });
    browser.localStorage.setItem(draftKey(id), "Hello Ada");
    await click(".o_sms_tab_button");
    await contains(".o_sms_input:value(Hello Ada)");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_bubble", { count: 1 });
    expect(browser.localStorage.getItem(draftKey(id))).toBe(null);
});

test("what has been typed cannot be changed below a locked input, nor while it is sent", async () => {
    const texting = new FakeTexting({ waits: { sms_send: new Deferred() } });
    const id = await openApplicant(texting);
    await write("It’s fine");
    await contains(".o_sms_plain");
    await click(".o_sms_send:enabled");
    await contains(".o_sms_input[readonly]");
    expect(".o_sms_plain").toHaveCount(0);
    texting.refusals.sms_send = refusal("They opted out.");
    texting.waits.sms_send.resolve();
    await contains(".o_sms_plain"); // refused: it is theirs again to change
    texting.gate = { allowed: false, code: "consent_withdrawn", reason: "They opted out." };
    notify(id);
    await contains(".o_sms_input:disabled");
    expect(".o_sms_plain").toHaveCount(0);
    expect(".o_sms_input").toHaveValue("It’s fine");
});

test("Twilio's policies are linked", async () => {
    await openApplicant(new FakeTexting());
    await contains(".o_sms_policies a", { count: 2 });
    expect(".o_sms_policies a:eq(0)").toHaveAttribute(
        "href",
        "https://www.twilio.com/en-us/legal/messaging-policy"
    );
    expect(".o_sms_policies a:eq(1)").toHaveAttribute(
        "href",
        "https://www.twilio.com/en-us/legal/aup"
    );
});

test("what a sender should know stands above the input", async () => {
    const texting = new FakeTexting({
        notices: [{ code: "one_way", level: "warning", text: "Replies will not arrive." }],
    });
    await openApplicant(texting);
    await contains(".o_sms_notice[data-code=one_way].alert-warning", {
        text: "Replies will not arrive.",
    });
});

test("reminders only: whoever writes says that it is one", async () => {
    const texting = new FakeTexting({ gate: { allowed: true, reminder_only: true } });
    await openApplicant(texting);
    await insertText(".o_sms_input", "See you at 3");
    expect(".o_sms_send").not.toBeEnabled();
    await click(".o_sms_reminder input");
    await click(".o_sms_send:enabled");
    await shows(".o_sms_bubble_body", "See you at 3");
    expect(texting.last("sms_send")).toEqual({
        body: "See you at 3",
        number: MAIN,
        purpose: "reminder",
    });
    expect(".o_sms_reminder input").not.toBeChecked();
});
