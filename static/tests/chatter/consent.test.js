import { click, contains, patchUiSize, SIZES } from "@mail/../tests/mail_test_helpers";
import { expect, queryAllTexts, queryOne, test } from "@odoo/hoot";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import { contains as webContains } from "@web/../tests/web_test_helpers";

import {
    defineTextingModels,
    FakeTexting,
    MAIN,
    makeConsent,
    notify,
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
                actor_name: "",
                method_label: "",
                given_date: false,
                recorded_date: false,
                can_grant: true,
                can_withdraw: false,
                ...values,
            }),
        },
        gate: { allowed: false, code: "consent", reason: "No consent yet." },
    });
}

for (const [state, icon] of [
    ["none", "fa-question-circle"],
    ["granted", "fa-check-circle"],
    ["declined", "fa-times-circle"],
    ["withdrawn", "fa-ban"],
    ["review", "fa-exclamation-triangle"],
]) {
    test(`status ${state}: icon and words, not colour alone`, async () => {
        const texting = new FakeTexting({
            consents: { [MAIN]: makeConsent({ state, label: `It is ${state}` }) },
        });
        await openApplicant(texting);
        await contains(`.o_sms_status[data-state='${state}'] .fa.${icon}`);
        expect(".o_sms_status").toHaveText(`It is ${state}`);
    });
}

test("the popover: who, when, how, the history with the wording", async () => {
    mockDate("2025-06-01 12:00:00", 0);
    const texting = new FakeTexting();
    texting.history = [
        {
            id: 2,
            event: "granted",
            event_label: "Granted",
            method: "job_form",
            method_label: "Job form",
            actor_name: "Ada Lovelace",
            given_date: "2025-03-01 10:00:00",
            recorded_date: "2025-03-01 10:00:00",
            wording: "Would you like <b>texts</b>?",
            wording_lang: "en_US",
            wording_version: "3",
            note: "",
            page_url: "https://example.com/jobs/cook",
            source: "",
        },
        {
            id: 1,
            event: "declined",
            event_label: "Declined",
            method: "manual",
            method_label: "By hand",
            actor_name: "Marc Demo",
            given_date: false,
            recorded_date: "2025-02-01 10:00:00",
            wording: "",
            note: "On the phone",
        },
    ];
    await openApplicant(texting);
    await click(".o_sms_status");
    await contains(".o_sms_consent_popover");
    expect(".o_sms_consent_who").toHaveText("Ada Lovelace (candidate)");
    expect(".o_sms_consent_when").toHaveText("Mar 1, 10:00 AM");
    expect(".o_sms_consent_how").toHaveText("Job form");
    await contains(".o_sms_consent_event", { count: 2 });
    expect(texting.last("sms_consent_history")).toEqual({ number: MAIN });
    expect(queryAllTexts(".o_sms_consent_event .text-muted.small:first")[0]).toBe(
        "Mar 1, 10:00 AM · Ada Lovelace · Job form"
    );
    expect(".o_sms_consent_note").toHaveText("On the phone");
    expect(".o_sms_consent_wording").not.toBeVisible();
    await click(".o_sms_consent_event summary");
    expect(".o_sms_consent_wording").toHaveText("Would you like <b>texts</b>?");
    expect(".o_sms_consent_wording b").toHaveCount(0);
    expect(".o_sms_consent_add").toHaveCount(0);
    expect(".o_sms_consent_withdraw").toHaveCount(1);
});

test("the popover offers the proof to those who may have it", async () => {
    const texting = new FakeTexting();
    texting.consents[MAIN].proof_url = "/recruitment_texting/proof.FORMAT?applicant_id=1";
    texting.history = [{ id: 1, event: "granted", event_label: "Granted", method: "manual" }];
    await openApplicant(texting);
    await click(".o_sms_status");
    await contains(".o_sms_consent_proof a", { count: 2 });
    expect(".o_sms_consent_proof a:first").toHaveAttribute(
        "href",
        "/recruitment_texting/proof.pdf?applicant_id=1"
    );
    expect(".o_sms_consent_proof a:last").toHaveAttribute(
        "href",
        "/recruitment_texting/proof.csv?applicant_id=1"
    );
});

test("the popover offers no proof to others, and none of nothing", async () => {
    const texting = new FakeTexting();
    texting.history = [{ id: 1, event: "granted", event_label: "Granted", method: "manual" }];
    await openApplicant(texting);
    await click(".o_sms_status");
    await contains(".o_sms_consent_event");
    expect(".o_sms_consent_proof").toHaveCount(0);
});

test("the popover names the colleague who added it on the candidate's behalf", async () => {
    const texting = new FakeTexting({
        consents: {
            [MAIN]: makeConsent({ by: "colleague", actor_name: "Marc Demo", method: "manual" }),
        },
    });
    await openApplicant(texting);
    await click(".o_sms_status");
    await shows(".o_sms_consent_who", "Marc Demo, on the candidate's behalf");
});

test("a Yes of somebody else: the chip warns, the popover says whose, and adding is offered", async () => {
    const texting = new FakeTexting({
        consents: {
            [MAIN]: makeConsent({
                limited: true,
                label: "Consent of somebody else on this number",
                explanation: "Kim <b>Byron</b> agreed to texts. That does not cover Ada Lovelace.",
                can_grant: true,
            }),
        },
        gate: { allowed: false, code: "consent_other_person", reason: "Somebody else agreed." },
    });
    await openApplicant(texting);
    await contains(".o_sms_status_warning[data-state='granted'] .fa-exclamation-circle");
    expect(".o_sms_status").toHaveText("Consent of somebody else on this number");
    expect(".o_sms_blocked_add").toHaveCount(1);
    await click(".o_sms_status");
    await shows(".o_sms_consent_refusal.alert-warning", "Kim <b>Byron</b> agreed to texts.");
    await contains(".o_sms_consent_add");
    await click(".o_sms_consent_add");
    await contains(".o_sms_consent_dialog");
});

test("no Yes here: the popover tells of the one for another number", async () => {
    const texting = withoutConsent({
        label: "No consent here",
        explanation: "Consent was given for +1 202-555-0100.",
    });
    await openApplicant(texting);
    await contains(".o_sms_status_muted");
    expect(".o_sms_status").toHaveText("No consent here");
    await click(".o_sms_status");
    await shows(".o_sms_consent_refusal.alert-info", "Consent was given for +1 202-555-0100.");
});

test("on a phone the sheet opens with the history in it: it is measured once", async () => {
    patchUiSize({ size: SIZES.SM });
    const texting = new FakeTexting();
    texting.history = [{ id: 1, event: "granted", event_label: "Granted", method: "manual" }];
    texting.waits.sms_consent_history = new Deferred();
    const applicantId = await openApplicant(texting);
    await click(".o_sms_status");
    await animationFrame();
    expect(".o_sms_consent_popover").toHaveCount(0);
    texting.waits.sms_consent_history.resolve();
    await contains(".o_bottom_sheet .o_sms_consent_popover .o_sms_consent_event");
    expect(texting.count("sms_consent_history")).toBe(1);
    texting.consents[MAIN] = makeConsent({ recorded_date: "2025-04-01 10:00:00" });
    texting.history = [...texting.history, { ...texting.history[0], id: 2 }];
    notify(applicantId);
    await contains(".o_sms_consent_event", { count: 2 });
});

test("on a phone the sheet opens even if the history cannot be read, and says why", async () => {
    patchUiSize({ size: SIZES.SM });
    const texting = new FakeTexting();
    texting.refusals.sms_consent_history = refusal("Not yours to read.");
    await openApplicant(texting);
    await click(".o_sms_status");
    await shows(".o_bottom_sheet .o_sms_consent_popover", "Not yours to read.");
});

test("withdrawn by keyword: no way to add, and why", async () => {
    const texting = new FakeTexting({
        consents: {
            [MAIN]: makeConsent({
                state: "withdrawn",
                locked: true,
                label: "Withdrawn by keyword",
                can_grant: false,
                can_withdraw: false,
            }),
        },
    });
    await openApplicant(texting);
    await contains(".o_sms_status .fa-lock");
    await click(".o_sms_status");
    await shows(".o_sms_consent_refusal", `START, YES or UNSTOP`);
    expect(".o_sms_consent_add").toHaveCount(0);
    expect(".o_sms_consent_withdraw").toHaveCount(0);
});

test("withdraw: asks first, sends the note, blocks the input", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await click(".o_sms_status");
    await click(".o_sms_consent_withdraw");
    await contains(".o_sms_withdraw_dialog");
    await contains(".o_sms_consent_popover", { count: 0 });
    expect(texting.count("sms_consent_withdraw")).toBe(0);
    await webContains(".o_sms_withdraw_note_input").edit("Asked by phone", { confirm: false });
    await click(".o_sms_withdraw_confirm");
    await contains(".o_sms_withdraw_dialog", { count: 0 });
    expect(texting.last("sms_consent_withdraw")).toEqual({
        number: MAIN,
        note: "Asked by phone",
        by_mistake: false,
    });
    await shows(".o_sms_status", "Consent for SMS withdrawn");
    await shows(".o_sms_blocked", "Consent was withdrawn.");
});

test("withdraw: a refusal is shown in the dialog", async () => {
    const texting = new FakeTexting({
        refusals: { sms_consent_withdraw: refusal("You may not.") },
    });
    await openApplicant(texting);
    await click(".o_sms_status");
    await click(".o_sms_consent_withdraw");
    await click(".o_sms_withdraw_confirm");
    await shows(".o_sms_withdraw_dialog .o_sms_consent_error", "You may not.");
    await contains(".o_sms_withdraw_confirm:enabled");
});

test("add consent: warning, date, how; then one may write", async () => {
    mockDate("2025-06-01 22:30:00", 0);
    const texting = withoutConsent();
    await openApplicant(texting);
    await click(".o_sms_blocked_add");
    await contains(".o_sms_consent_dialog");
    expect(".o_sms_consent_dialog .alert-warning").toHaveText(/without the candidate's knowledge/);
    expect(".o_sms_consent_dialog .alert-warning a:eq(0)").toHaveAttribute(
        "href",
        "https://www.twilio.com/en-us/legal/messaging-policy"
    );
    expect(".o_sms_consent_dialog .alert-warning a:eq(1)").toHaveAttribute(
        "href",
        "https://www.fcc.gov/general/telemarketing-and-robocalls"
    );
    expect("#o_sms_consent_date").toHaveValue("06/01/2025");
    await click(".o_sms_consent_confirm");
    await shows(".o_sms_consent_error", "Say how the candidate gave consent.");
    expect(texting.count("sms_consent_grant")).toBe(0);
    await click("#o_sms_consent_source_phone");
    await click(".o_sms_consent_confirm");
    await contains(".o_sms_consent_dialog", { count: 0 });
    expect(texting.count("sms_consent_grant")).toBe(1);
    const { given_date: given, ...others } = texting.last("sms_consent_grant");
    expect(given).toMatch(/^2025-06-01 22:3\d:\d\d$/);
    expect(others).toEqual({ number: MAIN, method: "manual", source: "phone", note: "" });
    await shows(".o_sms_status", "Consent for SMS given");
    await contains(".o_sms_input:enabled");
});

test("add consent: an earlier day is sent as its noon, a future one is refused", async () => {
    mockDate("2025-06-10 12:00:00", 0);
    const texting = withoutConsent();
    await openApplicant(texting);
    await click(".o_sms_blocked_add");
    await click("#o_sms_consent_source_email");
    await webContains("#o_sms_consent_date").edit("06/20/2025");
    await click(".o_sms_consent_confirm");
    await animationFrame();
    expect(texting.count("sms_consent_grant")).toBe(0);
    await webContains("#o_sms_consent_date").edit("06/02/2025");
    await click(".o_sms_consent_confirm");
    await contains(".o_sms_consent_dialog", { count: 0 });
    expect(texting.last("sms_consent_grant").given_date).toBe("2025-06-02 12:00:00");
});

test("add consent after a No: only with a note", async () => {
    const texting = withoutConsent({ state: "declined" });
    await openApplicant(texting);
    await click(".o_sms_blocked_add");
    await click("#o_sms_consent_source_phone");
    await click(".o_sms_consent_confirm");
    await shows(".o_sms_consent_error", `said No before`);
    expect(texting.count("sms_consent_grant")).toBe(0);
    await webContains(".o_sms_consent_note_input").edit("Called back", { confirm: false });
    await click(".o_sms_consent_confirm");
    await contains(".o_sms_consent_dialog", { count: 0 });
    expect(texting.last("sms_consent_grant").note).toBe("Called back");
});

test("add consent in another way: only with a note", async () => {
    const texting = withoutConsent();
    await openApplicant(texting);
    await click(".o_sms_blocked_add");
    await click("#o_sms_consent_source_other");
    await click(".o_sms_consent_confirm");
    await shows(".o_sms_consent_error", `Note how`);
    expect(texting.count("sms_consent_grant")).toBe(0);
});

test("add consent: a refusal is shown, nothing is lost, nothing is sent twice", async () => {
    const texting = withoutConsent();
    texting.refusals.sms_consent_grant = refusal("The candidate opted out by text.");
    texting.waits.sms_consent_grant = new Deferred();
    await openApplicant(texting);
    await click(".o_sms_blocked_add");
    await click("#o_sms_consent_source_phone");
    await webContains(".o_sms_consent_note_input").edit("Kept", { confirm: false });
    await click(".o_sms_consent_confirm");
    await contains(".o_sms_consent_confirm:disabled");
    queryOne(".o_sms_consent_confirm").click();
    texting.waits.sms_consent_grant.resolve();
    await shows(".o_sms_consent_error", "The candidate opted out by text.");
    expect(".o_sms_consent_note_input").toHaveValue("Kept");
    expect(texting.count("sms_consent_grant")).toBe(1);
});

test("entered by mistake: said so, and the history reads as such", async () => {
    const texting = new FakeTexting();
    await openApplicant(texting);
    await click(".o_sms_status");
    await click(".o_sms_consent_withdraw");
    await contains("#o_sms_withdraw_asked:checked");
    expect(".o_sms_withdraw_mistake").toHaveCount(0);
    await click("#o_sms_withdraw_mistake");
    await shows(".o_sms_withdraw_mistake", "Nothing is deleted.");
    await webContains("#o_sms_withdraw_note").edit("Meant for Grace", { confirm: false });
    await click(".o_sms_withdraw_confirm");
    await contains(".o_sms_withdraw_dialog", { count: 0 });
    expect(texting.last("sms_consent_withdraw")).toEqual({
        number: MAIN,
        note: "Meant for Grace",
        by_mistake: true,
    });
    texting.history = [
        {
            id: 2,
            event: "withdrawn",
            event_label: "Withdrawn",
            method: "manual",
            method_label: "By hand",
            source: "mistake",
            actor_name: "Mitchell Admin",
            given_date: "2025-03-10 10:00:00",
            note: "Meant for Grace",
        },
    ];
    await click(".o_sms_status");
    await shows(".o_sms_consent_event", "By hand · Entered by mistake");
});
