import { click, contains, insertText } from "@mail/../tests/mail_test_helpers";
import {
    expect,
    manuallyDispatchProgrammaticEvent,
    mockDate,
    mockTimeZone,
    press,
    queryAllTexts,
    test,
    waitFor,
} from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";

import { describeMoment, describeMomentThere } from "@hr_recruitment_texting/core/dates";

import {
    defineTextingModels,
    FakeTexting,
    isPhone,
    MAIN,
    notify,
    openApplicant,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

const PRESETS = [
    { code: "hour", date: "2025-03-10 11:00:00", quiet_until: "2025-03-10 12:00:00" },
    { code: "tomorrow", date: "2025-03-11 13:00:00", quiet_until: false },
    { code: "monday", date: "2025-03-17 13:00:00", quiet_until: false },
];
const ZONES = ["America/New_York"];

/** Monday, 11:00 in Berlin and 6:00 in New York, where the clocks have gone forward already. */
function setClock() {
    mockDate("2025-03-10 10:00:00", +0);
    mockTimeZone("Europe/Berlin");
}

function texting(values = {}) {
    setClock();
    return new FakeTexting({ presets: PRESETS, zones: ZONES, ...values });
}

async function write(selector, text) {
    const input = await waitFor(selector);
    input.value = text;
    await manuallyDispatchProgrammaticEvent(input, "input");
    await animationFrame();
}

test("a moment is told on both clocks, over the change to summer time", () => {
    setClock();
    const plain = (words) => words.replace(/\u202f/g, " ");
    // Until March 30 Berlin is five hours ahead of New York, then six.
    expect(plain(describeMoment("2025-03-11 13:00:00"))).toMatch(/Tue.*Mar 11.*2:00 PM/);
    expect(plain(describeMomentThere("2025-03-11 13:00:00", ZONES))).toMatch(/Tue.*9:00 AM EDT/);
    expect(plain(describeMoment("2025-03-31 13:00:00"))).toMatch(/Mon.*Mar 31.*3:00 PM/);
    expect(plain(describeMomentThere("2025-03-31 13:00:00", ZONES))).toMatch(/Mon.*9:00 AM EDT/);
    expect(plain(describeMomentThere("2025-01-15 13:00:00", ZONES))).toMatch(/8:00 AM EST/);
    expect(plain(describeMoment("2026-01-15 13:00:00"))).toMatch(/2026/);
});

test("several time zones: the earliest and the latest clock; same clocks are not told twice", () => {
    setClock();
    const zones = ["America/New_York", "America/Los_Angeles", "America/Chicago", "America/Detroit"];
    const words = describeMomentThere("2025-03-11 13:00:00", zones).replace(/\u202f/g, " ");
    expect(words).toMatch(/6:00 AM PDT – .*9:00 AM EDT/);
    expect(words).not.toMatch(/CDT/);
    expect(describeMomentThere("2025-03-11 13:00:00", [])).toBe("");
    expect(describeMomentThere("2025-03-11 13:00:00", ["Nowhere/Else"])).toBe("");
    expect(
        describeMomentThere("2025-03-11 13:00:00", ["Europe/Paris"], { onlyIfOther: true })
    ).toBe("");
});

test("send later: pick a time, see both clocks, the text is listed and not in the conversation", async () => {
    const fake = texting();
    await openApplicant(fake);
    await contains(".o_sms_send_later:disabled", { text: "Send later" });
    await insertText(".o_sms_input", "See you");
    await click(".o_sms_send_later:enabled");
    await contains(".o_sms_schedule_dialog input[type=radio]", { count: 4 });
    expect(fake.last("sms_schedule_check")).toEqual({ number: MAIN, scheduled_date: false });
    expect(queryAllTexts(".o_sms_schedule_dialog .form-check-label span:first-child")).toEqual([
        "In 1 hour",
        "Tomorrow morning",
        "Monday morning",
        "Another time",
    ]);
    await click(".o_sms_schedule_confirm");
    await shows(".o_sms_schedule_error", "Pick a time.");
    await click("#o_sms_schedule_tomorrow");
    await shows(".o_sms_schedule_mine", "2:00");
    await shows(".o_sms_schedule_theirs", "9:00");
    expect(".o_sms_schedule_error").toHaveCount(0);
    expect(".o_sms_schedule_warning").toHaveCount(0);
    await click(".o_sms_schedule_confirm");
    await contains(".o_sms_planned_text", { count: 1 });
    expect(fake.last("sms_send")).toEqual({
        body: "See you",
        number: MAIN,
        purpose: "job",
        scheduled_date: "2025-03-11 13:00:00",
    });
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(".o_sms_bubble").toHaveCount(0);
    expect(".o_sms_planned_title").toHaveText("1 planned text");
    expect(".o_sms_planned_body").toHaveText("See you");
    expect(".o_sms_input").toHaveValue("");
    await waitFor(".o_sms_input:focus");
});

test("early or late there: warns, offers a fit hour, and keeps the time if one goes on", async () => {
    const fake = texting();
    await openApplicant(fake);
    await insertText(".o_sms_input", "Now or never");
    await click(".o_sms_send_later:enabled");
    fake.quietFor["2025-03-10 11:00:00"] = "2025-03-10 12:00:00";
    await click("#o_sms_schedule_hour");
    await shows(".o_sms_schedule_warning", "early or late");
    await shows(".o_sms_schedule_confirm", "Schedule anyway");
    await shows(".o_sms_schedule_fit", "EDT"); // as the times above are told
    await click(".o_sms_schedule_fit");
    await contains(".o_sms_schedule_warning", { count: 0 });
    await shows(".o_sms_schedule_theirs", "8:00");
    expect("#o_sms_schedule_custom").toBeChecked();
    await click("#o_sms_schedule_hour");
    await shows(".o_sms_schedule_confirm", "Schedule anyway");
    await click(".o_sms_schedule_confirm");
    await contains(".o_sms_planned_text", { count: 1 });
    expect(fake.last("sms_send").scheduled_date).toBe("2025-03-10 11:00:00");
});

test("refused: the reason is in the dialog, text and dialog stay", async () => {
    const fake = texting({ refusals: { sms_send: refusal("No consent.") } });
    await openApplicant(fake);
    await insertText(".o_sms_input", "Precious words");
    await click(".o_sms_send_later:enabled");
    await click("#o_sms_schedule_tomorrow");
    await click(".o_sms_schedule_confirm");
    await shows(".o_sms_schedule_error", "No consent.");
    await press("Escape");
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(".o_sms_input").toHaveValue("Precious words");
});

test("a time that is over is not taken", async () => {
    const fake = texting({
        presets: [{ code: "hour", date: "2025-03-10 09:00:00", quiet_until: false }],
    });
    await openApplicant(fake);
    await insertText(".o_sms_input", "Too late");
    await click(".o_sms_send_later:enabled");
    fake.quietFor["2025-03-10 09:00:00"] = "2025-03-10 09:30:00";
    await click("#o_sms_schedule_hour");
    await shows(".o_sms_schedule_over", "This time is over.");
    await animationFrame(); // what the server says of the hour there
    expect(".o_sms_schedule_confirm").not.toBeEnabled();
    expect(".o_sms_schedule_confirm").toHaveText("Schedule");
    expect(".o_sms_schedule_warning").toHaveCount(0); // neither the night nor another time that is over
    expect(fake.count("sms_send")).toBe(0);
});

test("a time that passes while it is chosen is not taken either", async () => {
    const fake = texting();
    await openApplicant(fake);
    await insertText(".o_sms_input", "Too late");
    await click(".o_sms_send_later:enabled");
    await click("#o_sms_schedule_hour");
    await shows(".o_sms_schedule_theirs", "7:00");
    mockDate("2025-03-10 11:00:01", +0);
    await click(".o_sms_schedule_confirm");
    await shows(".o_sms_schedule_over", "This time is over.");
    expect(fake.count("sms_send")).toBe(0);
});

test("a planned text whose time is over keeps it while only its words change", async () => {
    const fake = texting();
    planned(fake, { scheduled_date: "2025-03-10 09:00:00", state: "queued" });
    await openApplicant(fake);
    await click(".o_sms_planned_edit");
    await write(".o_sms_schedule_text", "See you on Monday");
    expect(".o_sms_schedule_over").toHaveCount(0);
    await click(".o_sms_schedule_confirm:enabled");
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(fake.last("sms_reschedule").body).toBe("See you on Monday");
});

test("their time zone is not known", async () => {
    const fake = texting({ zones: [] });
    await openApplicant(fake);
    await insertText(".o_sms_input", "Hello");
    await click(".o_sms_send_later:enabled");
    await click("#o_sms_schedule_tomorrow");
    await shows(".o_sms_schedule_theirs", "not known");
});

function planned(fake, values = {}) {
    return fake.addPlanned({
        body: "See you on Friday",
        scheduled_date: "2025-03-14 13:00:00",
        ...values,
    });
}

test("listed with when, there and by whom; automatic ones and those that wait say so", async () => {
    const fake = texting();
    planned(fake);
    planned(fake, {
        kind: "auto",
        author_name: "",
        state: "queued",
        scheduled_date: false,
        wait_reason: "Waits for the morning.",
        can_edit: false,
    });
    await openApplicant(fake);
    await contains(".o_sms_planned_text", { count: 2 });
    expect(".o_sms_planned_title").toHaveText("2 planned texts");
    expect(".o_sms_planned_when:first").toHaveText(/Goes out Fri.*2:00/);
    expect(".o_sms_planned_there:first").toHaveText(/There: .*9:00/);
    expect(queryAllTexts(".o_sms_planned_author")).toEqual(["Mitchell Admin", "Automatic text"]);
    expect(".o_sms_planned_reason").toHaveText("Waits for the morning.");
    expect(".o_sms_planned_edit").toHaveCount(1);
    expect(".o_sms_planned_send").toHaveCount(1);
    expect(".o_sms_planned_cancel").toHaveCount(2);
});

test("without the right to send the list is there, its buttons are not", async () => {
    const fake = texting({ canSend: false });
    planned(fake, { can_edit: false, can_cancel: false });
    await openApplicant(fake);
    await contains(".o_sms_planned_text", { count: 1 });
    expect(".o_sms_planned button").toHaveCount(0);
});

test("change text and time: only what changed is sent", async () => {
    const fake = texting();
    const { id } = planned(fake);
    await openApplicant(fake);
    await click(".o_sms_planned_edit");
    await contains(".o_sms_schedule_text:value(See you on Friday)");
    expect("#o_sms_schedule_custom").toBeChecked();
    await write(".o_sms_schedule_text", "See you on Monday");
    await shows("#o_sms_schedule_counter", "17 / 1400 · 1 segment");
    await click(".o_sms_schedule_confirm");
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(fake.calls.findLast(({ method }) => method === "sms_reschedule")).toEqual({
        method: "sms_reschedule",
        ids: [id],
        kwargs: { body: "See you on Monday" },
    });
    await shows(".o_sms_planned_body", "See you on Monday");
    await click(".o_sms_planned_edit");
    await click("#o_sms_schedule_monday");
    await click(".o_sms_schedule_confirm");
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(fake.last("sms_reschedule")).toEqual({ scheduled_date: "2025-03-17 13:00:00" });
    const calls = fake.count("sms_reschedule");
    await click(".o_sms_planned_edit");
    await click(".o_sms_schedule_confirm");
    await contains(".o_sms_schedule_dialog", { count: 0 });
    expect(fake.count("sms_reschedule")).toBe(calls);
});

test("an empty or too long text is not saved", async () => {
    const fake = texting();
    planned(fake);
    await openApplicant(fake);
    await click(".o_sms_planned_edit");
    await write(".o_sms_schedule_text", " ");
    await click(".o_sms_schedule_confirm");
    await shows(".o_sms_schedule_error", "The text is empty.");
    await write(".o_sms_schedule_text", "x".repeat(1401));
    await click(".o_sms_schedule_confirm");
    await shows(".o_sms_schedule_error", "too long");
    expect(fake.count("sms_reschedule")).toBe(0);
});

test("send now", async () => {
    const fake = texting();
    planned(fake);
    await openApplicant(fake);
    await click(".o_sms_planned_send");
    await contains(".o_sms_planned", { count: 0 });
    await contains(".o_sms_bubble", { count: 1 });
    expect(fake.count("sms_send_now")).toBe(1);
});

test("cancel asks first; canceled it stays in the conversation", async () => {
    const fake = texting();
    planned(fake);
    await openApplicant(fake);
    await click(".o_sms_planned_cancel");
    await shows(".modal", "It will not be sent.");
    await click(".modal .btn-secondary", { text: "Keep it" });
    await contains(".modal", { count: 0 });
    expect(fake.count("sms_cancel")).toBe(0);
    await click(".o_sms_planned_cancel");
    await click(".modal .btn-primary", { text: "Cancel the text" });
    await contains(".o_sms_planned", { count: 0 });
    await shows(".o_sms_bubble_state", "Canceled");
    expect(".o_sms_bubble_body").toHaveText("See you on Friday");
});

test("too late: says so and shows what became of it", async () => {
    const fake = texting();
    const message = planned(fake);
    await openApplicant(fake);
    fake.refusals.sms_cancel = refusal("It was just sent.");
    await click(".o_sms_planned_cancel");
    Object.assign(message, { state: "sent", state_label: "Sent" });
    planned(fake, { body: "The other one" });
    await click(".modal .btn-primary", { text: "Cancel the text" });
    await shows(".o_sms_planned_error", "It was just sent.");
    await shows(".o_sms_bubble_body", "See you on Friday");
    expect(".o_sms_planned_body").toHaveText("The other one");
});

test("sent at its time, live: from the list to the end of the conversation, where it went", async () => {
    const fake = texting();
    const message = planned(fake, { written_date: "2025-03-10 09:00:00" });
    fake.addReply("In between", undefined, { date: "2025-03-12 10:00:00" });
    const applicantId = await openApplicant(fake);
    await contains(".o_sms_planned_text", { count: 1 });
    Object.assign(message, { state: "sent", date: "2025-03-14 13:00:05" });
    notify(applicantId);
    await contains(".o_sms_planned", { count: 0 });
    await contains(".o_sms_bubble", { count: 2 });
    expect(queryAllTexts(".o_sms_bubble_body")).toEqual(["In between", message.body]);
    await shows(".o_sms_bubble_out .o_sms_bubble_state", "Sent");
    expect(".o_sms_bubble_out time").toHaveAttribute("title", /Mar 14.*, written Mar 10/);
});

test("what was done leaves the focus in the tab: in the input, else in the texts", async () => {
    const fake = texting();
    fake.addPlanned({ scheduled_date: "2025-03-11 13:00:00" });
    fake.addPlanned({ scheduled_date: "2025-03-12 13:00:00" });
    await openApplicant(fake);
    await contains(".o_sms_planned_send", { count: 2 });
    await click(".o_sms_planned_send:first");
    await contains(".o_sms_planned_text", { count: 1 });
    await contains(isPhone() ? ".o_sms_log:focus" : ".o_sms_input:focus");
    await click(".o_sms_planned_cancel");
    await contains(".modal .btn-primary:focus");
    fake.gate = { allowed: false, code: "consent_none", reason: "No consent." };
    await click(".modal .btn-primary");
    await contains(".o_sms_planned", { count: 0 });
    await contains(".modal", { count: 0 });
    await contains(".o_sms_log:focus");
});

test("by keyboard: every button has a name and can be reached", async () => {
    const fake = texting();
    planned(fake);
    await openApplicant(fake);
    await contains(".o_sms_planned_text", { count: 1 });
    expect(queryAllTexts(".o_sms_planned button .visually-hidden", { raw: true })).toEqual([
        "Change text or time",
        "Send now",
        "Cancel the text",
    ]);
});
