import { click, contains, insertText, start, startServer } from "@mail/../tests/mail_test_helpers";
import { animationFrame, expect, press, queryAll, queryAllTexts, queryOne, test, waitUntil } from "@odoo/hoot";
import { getService, MockServer, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";

import { session } from "@web/session";

import {
    defineTextingModels,
    FakeTexting,
    isPhone,
    MAIN,
    readyToWrite,
    refusal,
    shows,
} from "../sms_test_helpers";

defineTextingModels();

const NOW = "2025-03-10 09:30:00";

function makeThread(values) {
    return {
        applicant_id: 1,
        is_unknown: false,
        name: "Ada Lovelace",
        number: MAIN,
        display: "+1 415-555-0101",
        job: "Engineer",
        company: "",
        user: false,
        consent: { state: "granted", locked: false, label: "Consent for SMS given" },
        unread: 0,
        waiting_since: false,
        archived: false,
        last_id: values.id,
        last_date: values.date || NOW,
        text: "Hello",
        direction: "inbound",
        state: "received",
        state_label: "Received",
        date: NOW,
        ...values,
    };
}

const THREADS = () => [
    makeThread({ id: 9, name: "Ada Lovelace", unread: 2, waiting_since: NOW, text: "See <b>you</b>" }),
    makeThread({ id: 8, name: "Bob Stone", applicant_id: 2 }),
    makeThread({ id: 7, name: "", applicant_id: false, is_unknown: true, text: "Who is this?" }),
];

/** What the server would say; `calls` are the methods asked for, with their arguments. */
async function openInbox({ threads = THREADS(), send = true, refusals = {}, context = {} } = {}) {
    patchWithCleanup(session, { recruitment_texting: { view: true, send } });
    const server = { threads, calls: [], texting: new FakeTexting({ canSend: send }) };
    const answers = {
        sms_inbox: ({ filter_name: filter, search }) => ({
            threads: server.threads.filter(
                (thread) =>
                    (filter === "archived") === thread.archived &&
                    (filter !== "unread" || thread.unread) &&
                    (!search || thread.name.includes(search))
            ),
            has_more: false,
        }),
        sms_inbox_counts: () => ({ unread: 1, waiting: 1000, most: 1000 }),
        sms_inbox_badge: () => 0,
        sms_inbox_thread: (kwargs, [[id]]) => server.threads.find((thread) => thread.id === id) || false,
        sms_inbox_conversation: () => server.texting.sms_tab({ number: MAIN, limit: 30 }),
        sms_assignees: () => [{ id: 5, name: "Vera Viewer" }],
        sms_assign: (kwargs, [[id], user]) => {
            const thread = server.threads.find((one) => one.id === id);
            thread.user = user ? { id: user, name: "Vera Viewer" } : false;
            return true;
        },
        sms_archive: (kwargs, [[id], archive]) => {
            server.threads.find((one) => one.id === id).archived = archive;
            return true;
        },
        sms_mark_unread: () => true,
    };
    for (const [method, answer] of Object.entries(answers)) {
        onRpc("hr.sms.thread", method, ({ args, kwargs }) => {
            server.calls.push({ method, args, kwargs });
            if (refusals[method]) {
                throw refusals[method];
            }
            return JSON.parse(JSON.stringify(answer(kwargs, args)));
        });
    }
    onRpc("hr.applicant", "sms_tab", ({ args: [[id]], kwargs }) => {
        server.calls.push({ method: "sms_tab", args: [id], kwargs });
        return server.texting.sms_tab(kwargs);
    });
    onRpc("hr.applicant", "sms_mark_read", () => true);
    await startServer();
    await start();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "hr_recruitment_texting.inbox",
        context,
    });
    return server;
}

/** From the list beside it, or on a phone from the menu above it. */
async function filterBy(name) {
    if (isPhone()) {
        await click(".o_sms_inbox_filter_button");
    }
    await click(`.o_sms_inbox_filter[data-filter=${name}]`);
}

const asked = (server, method) => server.calls.filter((call) => call.method === method);

test("rows say who wrote what, and that as plain text", async () => {
    await openInbox();
    await contains(".o_sms_inbox_row", { count: 3 });
    expect(queryAllTexts(".o_sms_inbox_name")).toEqual(["Ada Lovelace", "Bob Stone", "+1 415-555-0101"]);
    expect(".o_sms_inbox_row:first .o_sms_inbox_text").toHaveText("See <b>you</b>");
    expect(".o_sms_inbox_row:first .o_sms_inbox_unread").toHaveText("2\nunread");
    expect(".o_sms_inbox_row:first .o_sms_inbox_waiting").toHaveCount(1);
    expect(".o_sms_inbox_row:eq(1) .o_sms_inbox_waiting").toHaveCount(0);
});

test("a click opens the conversation, ready to be written in", async () => {
    const server = await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await readyToWrite();
    expect(".o_sms_inbox_title").toHaveText("Bob Stone");
    expect(asked(server, "sms_tab").at(-1).args).toEqual([2]);
    if (isPhone()) {
        expect(".o_sms_inbox_row").toHaveCount(0);
        await click(".o_sms_inbox_back");
        await contains(".o_sms_inbox_row", { count: 3 });
    } else {
        expect(".o_sms_inbox_row.active .o_sms_inbox_name").toHaveText("Bob Stone");
    }
});

test("by keyboard: down, Enter, and Escape leads back", async () => {
    await openInbox();
    await contains(".o_sms_inbox_row", { count: 3 });
    queryAll(".o_sms_inbox_row[tabindex='0']")[0].focus();
    await press("ArrowDown");
    await animationFrame();
    expect(".o_sms_inbox_row:eq(1)").toBeFocused();
    await press("Enter");
    await readyToWrite();
    await press("Escape");
    await animationFrame();
    expect(".o_sms_inbox_row:eq(1)").toBeFocused();
});

test.tags("desktop");
test("what is open stays in the list when the filter has lost it", async () => {
    const server = await openInbox();
    await filterBy("unread");
    await contains(".o_sms_inbox_row", { count: 1 });
    await click(".o_sms_inbox_row");
    await contains(".o_sms_input");
    server.threads[0].unread = 0;
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/thread", { thread_ids: [9] });
    await contains(".o_sms_inbox_row .o_sms_inbox_unread", { count: 0 });
    expect(".o_sms_inbox_row").toHaveCount(1);
});

test.tags("desktop");
test("what is open keeps its place among texts that were planned long ago", async () => {
    const names = () => queryAllTexts(".o_sms_inbox_name");
    const server = await openInbox({
        threads: [
            makeThread({ id: 9, name: "Planned", last_id: 5, date: "2025-03-10 12:00:00", unread: 1 }),
            makeThread({ id: 8, name: "Open", last_id: 800, date: "2025-03-10 11:00:00", unread: 1 }),
            makeThread({ id: 7, name: "Older", last_id: 900, date: "2025-03-10 10:00:00", unread: 1 }),
        ],
    });
    await filterBy("unread");
    await click(".o_sms_inbox_row", { text: "Open" });
    await contains(".o_sms_input");
    server.threads[1].unread = 0;
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/thread", { thread_ids: [8] });
    await contains(".o_sms_inbox_row .o_sms_inbox_unread", { count: 2 });
    expect(names()).toEqual(["Planned", "Open", "Older"]);
});

test.tags("desktop");
test("another filter lists only what it finds, and what is open stays open", async () => {
    await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await readyToWrite();
    await filterBy("unread");
    await contains(".o_sms_inbox_row", { count: 1 });
    expect(".o_sms_inbox_name").toHaveText("Ada Lovelace");
    expect(".o_sms_inbox_title").toHaveText("Bob Stone");
});

test("a text that arrives moves its conversation up", async () => {
    const server = await openInbox();
    await contains(".o_sms_inbox_row", { count: 3 });
    server.threads.unshift(makeThread({ id: 20, name: "New Comer", applicant_id: 3, unread: 1 }));
    MockServer.env["bus.bus"]._sendone("broadcast", "hr_recruitment_texting/thread", { thread_ids: [20] });
    await contains(".o_sms_inbox_row", { count: 4 });
    expect(".o_sms_inbox_row:first .o_sms_inbox_name").toHaveText("New Comer");
});

test("counts, a thousand of them as 999+", async () => {
    await openInbox();
    if (isPhone()) {
        await click(".o_sms_inbox_filter_button");
    }
    await shows(".o_sms_inbox_filter[data-filter=waiting]", "999+");
    expect(".o_sms_inbox_filter[data-filter=unread]").toHaveText(/1$/);
    expect(".o_sms_inbox_filter[data-filter=mine]").not.toHaveText(/\d/);
});

test("search, find nothing, search everywhere", async () => {
    await openInbox();
    await filterBy("unread");
    await insertText(".o_sms_inbox_search input", "Bob");
    await contains(".o_sms_inbox_empty", { text: "Nothing was found for “Bob”" });
    await click(".o_sms_inbox_search_all");
    await contains(".o_sms_inbox_row", { count: 1, text: "Bob Stone" });
});

test("a blank at the end stays while it is searched, so that one can go on typing", async () => {
    const server = await openInbox();
    await insertText(".o_sms_inbox_search input", "Bob ");
    await contains(".o_sms_inbox_row", { count: 1 });
    expect(".o_sms_inbox_search input").toHaveValue("Bob ");
    await insertText(".o_sms_inbox_search input", "Stone");
    await waitUntil(() => asked(server, "sms_inbox").at(-1).kwargs.search === "Bob Stone", { timeout: 2000 });
    await contains(".o_sms_inbox_row", { count: 1, text: "Bob Stone" });
});

test("assign to a colleague, and take it away again", async () => {
    await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await readyToWrite();
    await click(".o_sms_inbox_assign");
    await click(".o_sms_inbox_assign_user", { text: "Vera Viewer" });
    await contains(".o_sms_inbox_assignee", { text: "Vera Viewer" });
    await contains(isPhone() ? ".o_sms_inbox_assign:focus" : ".o_sms_input:focus");
    await click(".o_sms_inbox_assign");
    await click(".o_sms_inbox_assign_nobody");
    await contains(".o_sms_inbox_assignee", { text: "Nobody" });
});

test("archive, and undo it", async () => {
    await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await click(".o_sms_inbox_archive");
    await contains(".o_sms_inbox_row", { count: 2 });
    await contains(".o_sms_inbox_pane", { count: 0 });
    await click(".o_notification button", { text: "Undo" });
    await contains(".o_sms_inbox_row", { count: 3 });
});

test("the button to undo keeps a long word in one piece", async () => {
    await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await click(".o_sms_inbox_archive");
    await contains(".o_notification button", { text: "Undo" });
    const word = queryOne(".o_notification_buttons button span");
    word.textContent = "Zurückgewinnung"; // as long as the phone's screen is narrow
    queryOne(".o_notification").style.width = "220px";
    expect(word.getClientRects()).toHaveLength(1);
    const { left, right } = queryOne(".o_notification_content").getBoundingClientRect();
    expect(right - left).toBeGreaterThan(0);
});

test("marked as unread it is closed, else it would be read at once", async () => {
    const server = await openInbox();
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await click(".o_sms_inbox_mark_unread");
    await contains(".o_sms_inbox_pane", { count: 0 });
    expect(asked(server, "sms_mark_unread")).toHaveLength(1);
});

test("a number of nobody: read, and asked whose it is", async () => {
    const server = await openInbox();
    server.texting.gate = { allowed: false, code: "unknown", reason: "This number belongs to no applicant yet." };
    await click(".o_sms_inbox_row", { text: "Who is this?" });
    await contains(".o_sms_blocked", { text: "This number belongs to no applicant yet." });
    expect(".o_sms_inbox_attach").toHaveCount(1);
    expect(".o_sms_inbox_create").toHaveCount(1);
    expect(".o_sms_inbox_open").toHaveCount(0);
    expect(".o_sms_numbers").toHaveCount(0);
    expect(asked(server, "sms_tab")).toHaveLength(0);
});

test("of somebody who is in another company by now: read, and not asked whose it is", async () => {
    const server = await openInbox({
        threads: [makeThread({ id: 7, name: "Kim Moved", applicant_id: false, unread: 1 })],
    });
    server.texting.gate = { allowed: false, code: "moved", reason: "The application is in another company." };
    await click(".o_sms_inbox_row", { text: "Kim Moved" });
    await contains(".o_sms_blocked", { text: "The application is in another company." });
    expect(".o_sms_inbox_whose").toHaveCount(0);
    expect(".o_sms_inbox_open").toHaveCount(0);
    expect(asked(server, "sms_tab")).toHaveLength(0);
});

test("a number that somebody once had: asked whose it is now", async () => {
    const threads = THREADS();
    threads[1].is_former = true;
    await openInbox({ threads });
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await shows(".o_sms_inbox_whose", "Nobody has this number any more");
    expect(".o_sms_inbox_open").toHaveCount(1);
});

test.tags("desktop");
test("whose it is can be left open: Escape leads back to the button", async () => {
    await openInbox();
    await click(".o_sms_inbox_row", { text: "Who is this?" });
    for (const name of ["attach", "create"]) {
        await click(`.o_sms_inbox_${name}:enabled`);
        await contains(".modal");
        await press("Escape");
        await contains(".modal", { count: 0 });
        await contains(`.o_sms_inbox_${name}:focus`);
    }
});

test("who may not send reads, and changes nothing", async () => {
    await openInbox({ send: false });
    await click(".o_sms_inbox_row", { text: "Who is this?" });
    await contains(".o_sms_inbox_pane .o_sms_tab_header");
    for (const name of ["assign", "archive", "attach", "create"]) {
        expect(`.o_sms_inbox_${name}`).toHaveCount(0);
    }
    expect(".o_sms_inbox_mark_unread").toHaveCount(1);
});

test("a link leads to one conversation", async () => {
    await openInbox({ context: { active_id: 8 } });
    await contains(".o_sms_inbox_title", { text: "Bob Stone" });
});

test("back from the applicant: filter, search and what was open are as they were left", async () => {
    const server = await openInbox();
    MockServer.env["hr.applicant"].create([{ partner_name: "Ada Lovelace" }, { partner_name: "Bob Stone" }]);
    await filterBy("waiting");
    await insertText(".o_sms_inbox_search input", "Bob");
    await contains(".o_sms_inbox_row", { count: 1 });
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await readyToWrite();
    await click(".o_sms_inbox_open");
    await contains(".o_form_view");
    await click(".o_back_button");
    await contains(".o_sms_inbox_title", { text: "Bob Stone" });
    const { filter_name: filter, search } = asked(server, "sms_inbox").at(-1).kwargs;
    expect({ filter, search }).toEqual({ filter: "waiting", search: "Bob" });
    if (isPhone()) {
        await click(".o_sms_inbox_back");
    }
    await contains(".o_sms_inbox_row", { count: 1, text: "Bob Stone" });
    expect(".o_sms_inbox_search input").toHaveValue("Bob");
});

test("much planned and typed: some texts stay in sight, and all below can be scrolled to", async () => {
    const server = await openInbox();
    for (let day = 1; day <= 5; day++) {
        server.texting.addPlanned({ scheduled_date: `2030-03-1${day} 09:00:00` });
    }
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await readyToWrite();
    await insertText(".o_sms_input", "line\n".repeat(30));
    await animationFrame();
    const [pane] = queryAll(".o_sms_inbox_pane");
    const [log] = queryAll(".o_sms_log");
    expect(log.clientHeight).toBeGreaterThan(100);
    expect(pane.scrollWidth).toBe(pane.clientWidth);
    pane.scrollTop = pane.scrollHeight;
    const { bottom } = pane.getBoundingClientRect();
    expect(queryAll(".o_sms_policies")[0].getBoundingClientRect().bottom).toBeLessThan(bottom + 1);
});

test("refused: the reason is told and nothing is closed", async () => {
    await openInbox({ refusals: { sms_archive: refusal("Somebody else did.") } });
    await click(".o_sms_inbox_row", { text: "Bob Stone" });
    await click(".o_sms_inbox_archive");
    await contains(".o_notification", { text: "Somebody else did." });
    await contains(".o_sms_inbox_title", { text: "Bob Stone" });
});

test("nothing there yet", async () => {
    await openInbox({ threads: [] });
    await contains(".o_sms_inbox_empty", { text: "No conversations yet" });
});

test("the list cannot be had: the reason, and another try", async () => {
    const refusals = { sms_inbox: refusal("Switch to that company first.") };
    await openInbox({ refusals });
    await shows(".o_sms_inbox_error", "Switch to that company first.");
    delete refusals.sms_inbox;
    await click(".o_sms_inbox_error button");
    await contains(".o_sms_inbox_row", { count: 3 });
});
