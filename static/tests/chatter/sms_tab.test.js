import { click, contains, insertText, openFormView, scroll } from "@mail/../tests/mail_test_helpers";
import { expect, queryAll, queryAllTexts, queryOne, test, waitFor, waitUntil } from "@odoo/hoot";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import { contains as webContains, getService, MockServer } from "@web/../tests/web_test_helpers";

import {
    defineTextingModels,
    FakeTexting,
    MAIN,
    makeConsent,
    notify,
    openApplicant,
    OTHER,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

function twoNumbers(values) {
    return new FakeTexting({
        numbers: [
            { number: MAIN, label: "Phone", main: true, former: false },
            { number: OTHER, label: "Former number", main: false, former: true },
        ],
        consents: { [MAIN]: makeConsent(), [OTHER]: makeConsent({ state: "none" }) },
        ...values,
    });
}

test("without the right to view there is no trace of it, and nothing is asked for", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting, { view: false, openTab: false });
    await contains(".o-mail-Chatter-sendMessage");
    await contains(".o-mail-Thread");
    expect(".o_sms_tab_button").toHaveCount(0);
    expect(texting.calls).toEqual([]);
});

test("other documents have no such button", async () => {
    await openApplicant(new FakeTexting(), { openTab: false });
    await contains(".o_sms_tab_button");
    await openFormView("res.partner", 1, {
        arch: "<form><sheet><field name='name'/></sheet><chatter/></form>",
    });
    await contains(".o_sms_tab_button", { count: 0 });
    await contains(".o-mail-Chatter-sendMessage");
});

test("the button shows what is unread, opening marks it read, the other buttons close it", async () => {
    const texting = new FakeTexting();
    texting.addReply("One");
    texting.addReply("Two");
    await openApplicant(texting, { openTab: false });
    await shows(".o_sms_unread", "2");
    expect(texting.count("sms_mark_read")).toBe(0);
    await click(".o_sms_tab_button");
    await contains(".o_sms_bubble", { count: 2 });
    await contains(".o_sms_unread", { count: 0 });
    expect(texting.last("sms_mark_read")).toEqual({ number: MAIN });
    await contains(".o-mail-Thread", { count: 0 });
    expect(".o_sms_tab_button").toHaveAttribute("aria-pressed", "true");
    expect(".o-mail-Chatter-sendMessage").toHaveClass("btn-secondary");
    await click(".o-mail-Chatter-logNote");
    await contains(".o_sms_tab", { count: 0 });
    await contains(".o-mail-Composer");
    await contains(".o-mail-Thread");
    await click(".o_sms_tab_button");
    await contains(".o_sms_tab");
    await contains(".o-mail-Composer", { count: 0 });
    await click(".o_sms_tab_button");
    await contains(".o_sms_tab", { count: 0 });
    await contains(".o-mail-Thread");
});

test("an unsaved applicant is saved first", async () => {
    await openApplicant(new FakeTexting(), { resId: false, openTab: false });
    await click(".o_sms_tab_button");
    await contains(".o_sms_tab .o_sms_input");
});

test("an erased text leaves a placeholder", async () => {
    const texting = new FakeTexting();
    texting.addMessage({ body: "", erased: true });
    await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 1 });
    expect(".o_sms_bubble_body").toHaveText("Erased");
    expect(".o_sms_bubble_body").toHaveClass("fst-italic");
});

test("bubbles: day, author, time and what became of the text", async () => {
    mockDate("2025-03-11 12:00:00", 0);
    const texting = new FakeTexting();
    texting.addMessage({ date: "2025-03-09 09:30:00", body: "First" });
    texting.addReply("Second", MAIN, { date: "2025-03-10 10:00:00" });
    texting.addMessage({ date: "2025-03-11 10:00:00", body: "Third", state: "sent" });
    texting.addMessage({
        date: "2025-03-11 10:01:00",
        body: "Fourth",
        state: "failed",
        failure_code: "30005",
        failure_reason: "This number does not exist.",
    });
    texting.addMessage({
        date: "2025-03-11 10:02:00",
        body: "Fifth",
        state: "queued",
        applicant_name: "Cook",
    });
    await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 5 });
    expect(queryAllTexts(".o-mail-DateSection span")).toEqual([
        "March 9, 2025",
        "Yesterday",
        "Today",
    ]);
    expect(queryAllTexts(".o_sms_bubble_body")).toEqual([
        "First",
        "Second",
        "Third",
        "Fourth",
        "Fifth",
    ]);
    expect(queryAllTexts(".o_sms_bubble_state")).toEqual([
        "Delivered",
        "Sent",
        "Not delivered",
        "Sending…",
    ]);
    expect(".o_sms_bubble_reason").toHaveText("This number does not exist.");
    expect(".o_sms_bubble_application").toHaveText("Application: Cook");
    expect(queryAll(".o_sms_bubble_state i.fa")).toHaveCount(4);
    expect(queryAllTexts(".o_sms_bubble_author").slice(0, 2)).toEqual([
        "Mitchell Admin",
        "Candidate",
    ]);
    expect(".o_sms_bubble:eq(0) time").toHaveText("9:30 AM");
    expect(".o_sms_log").toHaveAttribute("role", "log");
});

test("a text is shown as text: no HTML, lines kept, links safe", async () => {
    const texting = new FakeTexting();
    const body = `<img src=x onerror="window.smsXss = true"><b>bold</b>\n& https://example.com/?a=1&b=2 javascript:alert(1) שלום 👍`;
    texting.addReply(body);
    await openApplicant(texting);
    await contains(".o_sms_bubble_body");
    expect(queryOne(".o_sms_bubble_body").textContent).toBe(body);
    expect(".o_sms_bubble_body img, .o_sms_bubble_body b").toHaveCount(0);
    expect(window.smsXss).toBe(undefined);
    expect(".o_sms_bubble_body a").toHaveCount(1);
    expect(".o_sms_bubble_body a").toHaveAttribute("href", "https://example.com/?a=1&b=2");
    expect(".o_sms_bubble_body a").toHaveAttribute("target", "_blank");
    expect(queryOne(".o_sms_bubble_body a").rel).toInclude("noopener");
    expect(".o_sms_bubble_body").toHaveAttribute("dir", "auto");
    expect(getComputedStyle(queryOne(".o_sms_bubble_body")).whiteSpace).toBe("pre-wrap");
});

test("an empty conversation says so", async () => {
    await openApplicant(new FakeTexting());
    await shows(".o_sms_empty", "No texts yet");
    expect(".o_sms_status").toHaveText("Consent for SMS given");
});

test("no phone number: says what to do", async () => {
    const texting = new FakeTexting({
        numbers: [],
        rawPhone: "",
        gate: { allowed: false, code: "no_number", reason: "Enter a phone number first." },
    });
    await openApplicant(texting);
    await shows(".o_sms_empty", "No phone number");
    expect(".o_sms_empty_hint").toHaveText("Enter a phone number first.");
    expect(".o_sms_input").toHaveCount(0);
});

test("a phone number that was typed but not saved is not missing: save first", async () => {
    const texting = new FakeTexting({
        numbers: [],
        rawPhone: "",
        gate: { allowed: false, code: "number_missing", reason: "Enter one." },
    });
    const applicantId = await openApplicant(texting);
    await shows(".o_sms_empty", "No phone number");
    expect(".o_sms_save").toHaveCount(0);
    await webContains("[name='partner_phone'] input").edit("(415) 555-0101");
    await shows(".o_sms_empty", "“(415) 555-0101” is not saved yet");
    expect(".o_sms_empty_hint").toHaveText("Save the applicant, then you can text this number.");
    texting.numbers = [{ number: MAIN, label: "Phone", main: true, former: false }];
    texting.rawPhone = "(415) 555-0101";
    texting.gate = { allowed: true, code: "", reason: "" };
    await click(".o_sms_save");
    await contains(".o_sms_input:enabled");
    const [applicant] = MockServer.env["hr.applicant"].read(applicantId, ["partner_phone"]);
    expect(applicant.partner_phone).toBe("(415) 555-0101");
    expect(".o_sms_save").toHaveCount(0);
});

test("a changed phone number counts once it is saved: the tab says where texts go until then", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await contains(".o_sms_input:enabled");
    await webContains("[name='partner_name'] input").edit("Ada King");
    expect(".o_sms_unsaved").toHaveCount(0);
    await webContains("[name='partner_phone'] input").edit("+49 1515 5550102");
    await shows(".o_sms_unsaved", "not saved yet: texts still go to +1 415-555-0101.");
    texting.rawPhone = "+49 1515 5550102";
    texting.numbers = [
        { number: OTHER, label: "Phone", main: true, former: false },
        { number: MAIN, label: "Former number", main: false, former: true },
    ];
    await click(".o_sms_unsaved .o_sms_save");
    await contains(".o_sms_unsaved", { count: 0 });
    await shows(".o_sms_numbers", "+49 1515 5550102");
});

test("a changed phone number is no matter of a former one's texts", async () => {
    const texting = twoNumbers();
    texting.addMessage({ body: "Main" });
    await openApplicant(texting);
    await shows(".o_sms_bubble_body", "Main");
    await click(".o_sms_numbers");
    await click(".o_sms_number:eq(1)");
    await shows(".o_sms_numbers", "+49 1515 5550102");
    await webContains("[name='partner_phone'] input").edit("+1 212 555 0100");
    await animationFrame();
    expect(".o_sms_unsaved").toHaveCount(0);
});

test("the switcher knows more of the number on screen than of the others", async () => {
    const texting = twoNumbers();
    texting.consents[MAIN] = makeConsent({ limited: true, label: "Of somebody else" });
    texting.addMessage({ body: "Main" });
    await openApplicant(texting);
    await shows(".o_sms_bubble_body", "Main");
    await click(".o_sms_numbers");
    await contains(".o_sms_number.active .fa-exclamation-circle[aria-label='Of somebody else']");
    expect(".o_sms_number:not(.active) .fa-question-circle").toHaveCount(1);
});

test("an unusable phone number is named", async () => {
    const texting = new FakeTexting({
        numbers: [],
        rawPhone: "12-three",
        gate: { allowed: false, code: "number_invalid", reason: "" },
    });
    await openApplicant(texting);
    await shows(".o_sms_empty", "“12-three” is not a phone number that can be texted");
    expect(".o_sms_empty_hint").toHaveText("Correct it, with its country code, and save.");
});

test("a refusal to read is shown, and can be tried again", async () => {
    const texting = new FakeTexting({ refusals: { sms_tab: refusal("Not yours to read.") } });
    await openApplicant(texting);
    await shows(".o_sms_load_error", "Not yours to read.");
    delete texting.refusals.sms_tab;
    await click(".o_sms_load_error button");
    await contains(".o_sms_status");
    expect(".o_sms_load_error").toHaveCount(0);
});

test("live: a reply appears, a state changes, the status too; draft and input stay", async () => {
    const texting = new FakeTexting();
    const sent = texting.addMessage({ state: "sent" });
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 1 });
    const bubble = queryOne(".o_sms_bubble");
    await insertText(".o_sms_input", "half a text");
    sent.state = "delivered";
    texting.addReply("Hi there");
    notify(applicantId);
    await contains(".o_sms_bubble", { count: 2 });
    expect(queryAllTexts(".o_sms_bubble_state")).toEqual(["Delivered"]);
    expect(queryOne(".o_sms_bubble:eq(0)")).toBe(bubble); // not drawn anew
    expect(".o_sms_input").toHaveValue("half a text");
    expect(".o_sms_input").toBeFocused();
    await contains(".o_sms_unread", { count: 0 });
    expect(texting.count("sms_mark_read")).toBe(1);

    texting.addReply("STOP");
    texting.consents[MAIN] = makeConsent({
        state: "withdrawn",
        locked: true,
        label: "Opted out by text",
    });
    texting.gate = { allowed: false, code: "consent_locked", reason: "They opted out by text." };
    notify(applicantId);
    await shows(".o_sms_status", "Opted out by text");
    await shows(".o_sms_blocked", "They opted out by text.");
    expect(".o_sms_input").not.toBeEnabled();
    expect(".o_sms_input").toHaveValue("half a text");
});

test("live: what concerns others is not read again", async () => {
    const texting = new FakeTexting();
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_status");
    const before = texting.count("sms_tab");
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/thread", {
        thread_ids: [99],
        applicant_ids: [applicantId + 1],
    });
    await animationFrame();
    await animationFrame();
    expect(texting.count("sms_tab")).toBe(before);
});

test("live: a change during a read is read after it", async () => {
    const texting = new FakeTexting();
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_status");
    let heard = 0;
    getService("bus_service").subscribe("hr_recruitment_texting/thread", () => heard++);
    const answer = new Deferred();
    const answered = texting.sms_tab({ number: false, limit: 30 });
    const read = texting.sms_tab;
    texting.sms_tab = () => answer.then(() => answered);
    const before = texting.count("sms_tab");
    notify(applicantId);
    await waitUntil(() => texting.count("sms_tab") === before + 1, { timeout: 3000 });
    texting.sms_tab = read;
    texting.addReply("Late");
    notify(applicantId);
    notify(applicantId);
    await waitUntil(() => heard === 3, { timeout: 3000 });
    expect(texting.count("sms_tab")).toBe(before + 1);
    answer.resolve();
    await shows(".o_sms_bubble", "Late");
    await animationFrame();
    expect(texting.count("sms_tab")).toBe(before + 2);
});

test("the newest text is in sight; older ones come on scrolling up and the place is kept", async () => {
    const texting = new FakeTexting();
    for (let index = 1; index <= 75; index++) {
        texting.addMessage({ body: `Text ${index}` });
    }
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 30 });
    const log = queryOne(".o_sms_log");
    expect(log.scrollHeight).toBeGreaterThan(log.clientHeight);
    expect(Math.ceil(log.scrollTop + log.clientHeight)).toBeGreaterThan(log.scrollHeight - 2);
    await animationFrame();
    await animationFrame();
    await scroll(".o_sms_log", 0);
    await contains(".o_sms_bubble", { count: 60 });
    expect(texting.last("sms_tab").before_id).toBe(1045);
    expect(queryAllTexts(".o_sms_bubble_body")[0]).toBe("Text 16");
    // what was on top still is
    const top = queryOne(".o_sms_bubble[data-message-id='1045']").getBoundingClientRect().top;
    expect(Math.abs(top - log.getBoundingClientRect().top)).toBeLessThan(120);
    await click(".o_sms_older");
    await contains(".o_sms_bubble", { count: 75 });
    await contains(".o_sms_older", { count: 0 });

    // reading above, something new comes: the place is kept, a button leads down
    await scroll(".o_sms_log", 300);
    texting.addReply("Newest");
    notify(applicantId);
    await contains(".o_sms_bubble", { count: 76 });
    await contains(".o_sms_new_below");
    expect(log.scrollTop).toBe(300);
    await click(".o_sms_new_below");
    await contains(".o_sms_new_below", { count: 0 });
    expect(Math.ceil(log.scrollTop + log.clientHeight)).toBeGreaterThan(log.scrollHeight - 2);
});

test("of hundreds of texts only some are drawn, whichever one reads", async () => {
    const texting = new FakeTexting();
    for (let index = 1; index <= 250; index++) {
        texting.addMessage({ body: `Text ${index}` });
    }
    const applicantId = await openApplicant(texting);
    const numbers = () => queryAllTexts(".o_sms_bubble_body").map((text) => Number(text.split(" ")[1]));
    const drawn = () => `${numbers()[0]}-${numbers().at(-1)}`;
    const draws = (range) =>
        waitUntil(() => drawn() === range, { message: () => `${drawn()} for ${range}`, timeout: 3000 });
    const log = await waitFor(".o_sms_log");
    await draws("221-250");
    while (numbers()[0] > 1) {
        const [first] = numbers();
        await animationFrame();
        await animationFrame();
        await scroll(".o_sms_log", 0);
        await waitUntil(() => numbers()[0] < first, { timeout: 3000 });
        expect(numbers().length).toBeLessThan(201);
    }
    await draws("1-200");
    await contains(".o_sms_older", { count: 0 });
    await scroll(".o_sms_log", log.scrollHeight);
    await draws("51-250");
    // still at the one that was read
    const read = queryOne(".o_sms_bubble[data-message-id='1199']").getBoundingClientRect();
    expect(Math.abs(read.bottom - log.getBoundingClientRect().bottom)).toBeLessThan(60);
    await scroll(".o_sms_log", 0);
    await draws("1-200");
    texting.addReply("Text 251");
    notify(applicantId);
    await contains(".o_sms_new_below");
    expect(drawn()).toBe("1-200");
    await click(".o_sms_new_below");
    await draws("52-251");
    await animationFrame();
    expect(Math.ceil(log.scrollTop + log.clientHeight)).toBeGreaterThan(log.scrollHeight - 2);
    expect(".o_sms_new_below").toHaveCount(0);
});

test("more news than a page holds leave no hole", async () => {
    const texting = new FakeTexting();
    texting.addMessage({ body: "Old" });
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 1 });
    for (let index = 1; index <= 40; index++) {
        texting.addMessage({ body: `Text ${index}` });
    }
    notify(applicantId);
    await contains(".o_sms_bubble", { count: 30 });
    await click(".o_sms_older");
    await contains(".o_sms_bubble", { count: 41 });
    expect(queryAllTexts(".o_sms_bubble_body").slice(0, 2)).toEqual(["Old", "Text 1"]);
});

test("a text that waited and went joins nothing: no hole where more news came than a page holds", async () => {
    const texting = new FakeTexting();
    const planned = texting.addPlanned({ body: "Planned", date: "2025-03-09 09:00:00" });
    for (let index = 1; index <= 20; index++) {
        texting.addMessage({ body: `Old ${index}` });
    }
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 20 });
    for (let index = 1; index <= 40; index++) {
        texting.addMessage({ body: `New ${index}`, date: "2025-03-10 10:00:00" });
    }
    Object.assign(planned, { state: "sent", planned: false, date: "2025-03-10 11:00:00" });
    notify(applicantId);
    await contains(".o_sms_bubble", { count: 30 });
    await click(".o_sms_older");
    await contains(".o_sms_bubble", { count: 60 });
    await click(".o_sms_older");
    await contains(".o_sms_bubble", { count: 61 });
    const told = queryAllTexts(".o_sms_bubble_body");
    expect([told[0], told[19], told[20], told[59], told[60]]).toEqual([
        "Old 1",
        "Old 20",
        "New 1",
        "New 40",
        "Planned",
    ]);
});

test("reading above, a text that was planned long ago goes: a button leads to it", async () => {
    const texting = new FakeTexting();
    const planned = texting.addPlanned({ body: "Planned" });
    for (let index = 1; index <= 25; index++) {
        texting.addMessage({ body: `Text ${index}` });
    }
    const applicantId = await openApplicant(texting);
    await contains(".o_sms_bubble", { count: 25 });
    await animationFrame();
    await animationFrame();
    await scroll(".o_sms_log", 100);
    Object.assign(planned, { state: "sent", planned: false, date: "2025-03-10 11:00:00" });
    notify(applicantId);
    await contains(".o_sms_bubble", { count: 26 });
    await contains(".o_sms_new_below");
    await click(".o_sms_new_below");
    await contains(".o_sms_new_below", { count: 0 });
    expect(queryAllTexts(".o_sms_bubble_body").at(-1)).toBe("Planned");
});

test("one number: no switcher for who cannot add one", async () => {
    await openApplicant(new FakeTexting({ canSend: false }));
    await shows(".o_sms_number_alone", "+1 415-555-0101");
    expect(".o_sms_numbers").toHaveCount(0);
});

test("several numbers: each its own texts, status, unread and draft", async () => {
    const texting = twoNumbers();
    texting.addMessage({ body: "To the main number" });
    texting.addReply("From the old number", OTHER);
    await openApplicant(texting);
    await shows(".o_sms_bubble_body", "To the main number");
    await shows(".o_sms_unread", "1");
    await insertText(".o_sms_input", "for the main one");
    texting.gate = { allowed: false, code: "consent_none", reason: "No consent yet." };
    await click(".o_sms_numbers");
    await contains(".o_sms_number", { count: 2 });
    expect(".o_sms_number:eq(1)").toHaveText(/Former number/);
    expect(".o_sms_number:eq(1) .badge").toHaveText(/^1/);
    await click(".o_sms_number:eq(1)");
    await shows(".o_sms_bubble_body", "From the old number");
    expect(".o_sms_bubble").toHaveCount(1);
    expect(".o_sms_status").toHaveText("No consent for SMS yet");
    expect(".o_sms_input").toHaveValue("");
    expect(texting.last("sms_mark_read")).toEqual({ number: OTHER });
    await contains(".o_sms_unread", { count: 0 });
    texting.gate = { allowed: true, code: "", reason: "" };
    await click(".o_sms_numbers");
    await click(".o_sms_number:eq(0)");
    await shows(".o_sms_bubble_body", "To the main number");
    await contains(".o_sms_input:value(for the main one)");
});

test("a slow answer for the number left behind is not shown", async () => {
    const texting = twoNumbers();
    texting.addMessage({ body: "Main" });
    texting.addMessage({ body: "Other" }, OTHER);
    const applicantId = await openApplicant(texting);
    await shows(".o_sms_bubble_body", "Main");
    const before = texting.count("sms_tab");
    const [first, second] = [new Deferred(), new Deferred()];
    texting.waits.sms_tab = first;
    notify(applicantId);
    await waitUntil(() => texting.count("sms_tab") === before + 1, { timeout: 3000 });
    await click(".o_sms_numbers");
    await click(".o_sms_number:eq(1)");
    await contains(".o_sms_loading");
    texting.waits.sms_tab = second;
    first.resolve();
    await waitUntil(() => texting.count("sms_tab") === before + 2, { timeout: 3000 });
    await animationFrame();
    expect(".o_sms_loading").toHaveCount(1);
    expect(".o_sms_bubble").toHaveCount(0);
    second.resolve();
    await shows(".o_sms_bubble_body", "Other");
    expect(".o_sms_bubble").toHaveCount(1);
});
