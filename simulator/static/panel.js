/** "What goes wrong": faults, warnings, settings, counts. */
import { ask, byId, el, pretty, time } from "./api.js";

const FAULT_LABELS = {
    http_429: "Answer 429, too many at once",
    http_500: "Answer 500",
    http_503: "Answer 503",
    http_502_html: "Answer 502 as an HTML page",
    drop_before: "Drop the connection before accepting",
    drop_after: "Drop the connection after accepting",
    create_error: "Refuse the message (21612)",
    undelivered: "Text does not arrive (30003)",
    callback_lost: "Callback lost",
    callback_doubled: "Callback doubled",
    callback_reordered: "Callbacks in reverse order",
    callback_early: "Callbacks before the answer",
    callback_delayed: "Callback one second late",
};
const SETTINGS = [
    ["latency_ms", "Answer takes (ms)", "latency"],
    ["sent_ms", "Sent after (ms)", "number"],
    ["delivered_ms", "Delivered after (ms)", "number"],
    ["max_concurrency", "Most creations at once", "optional"],
    ["geo_blocked", "Countries not enabled", "prefixes"],
    ["advanced_opt_out", "Advanced opt-out (OptOutType)", "boolean"],
    ["opt_out_late", "21610 comes by callback", "boolean"],
];

export class Panel {
    /** @param {object} app gives state and warnings */
    constructor(app) {
        this.app = app;
        this.node = byId("panel");
        byId("open-panel-list").addEventListener("click", () => this.open());
        byId("close-panel").addEventListener("click", () => this.node.close());
        this.node.addEventListener("click", (event) => {
            if (event.target === this.node) {
                this.node.close();
            }
        });
        byId("clear-faults").addEventListener("click", () => ask("faults", undefined, "DELETE"));
        byId("clear-warnings").addEventListener("click", () => ask("warnings", undefined, "DELETE"));
        byId("reload-stats").addEventListener("click", () => this.loadStats());
        byId("reset").addEventListener("click", async () => {
            if (confirm("Forget all texts, phones, opt-outs, faults and settings?")) {
                await ask("reset", {});
                this.node.close();
            }
        });
    }

    open() {
        this.draw();
        this.loadStats();
        this.node.showModal();
    }

    draw() {
        const { app } = this;
        byId("panel-dot").hidden = !Object.keys(app.faults).length && !app.warnings.length;
        this.drawFaults();
        this.drawWarnings();
        this.drawSettings();
        byId("our-numbers").replaceChildren(...app.numbers.map((item) => el(
            "li",
            {},
            el("b", {}, pretty(item.number)),
            item.sms_url ? ` tells ${item.sms_url}` : " tells nobody: no webhook set",
        )));
        this.drawMagic();
    }

    drawFaults() {
        const busy = byId("faults").contains(document.activeElement) ? document.activeElement.id : "";
        byId("faults").replaceChildren(...Object.entries(FAULT_LABELS).map(([name, label]) => {
            const rule = this.app.faults[name];
            const percent = rule?.probability === undefined ? "" : Math.round(rule.probability * 1000) / 10;
            const set = (value) => ask("faults", { [name]: value });
            return el(
                "div",
                { class: rule ? "fault active" : "fault" },
                el("label", { for: `fault-${name}` }, label),
                el("input", {
                    id: `fault-${name}`,
                    type: "number",
                    min: 0,
                    max: 100,
                    step: "any",
                    value: percent,
                    placeholder: rule?.count ? `next ${rule.count}` : "0 %",
                    title: this.app.knownFaults[name],
                    dataset: { testid: `fault-${name}` },
                    onchange: (event) => {
                        const value = Number(event.target.value) / 100;
                        set(value > 0 ? { probability: Math.min(1, value) } : null);
                    },
                }),
                el("button", {
                    type: "button",
                    class: "chip",
                    "aria-label": `Once: ${label}`,
                    dataset: { testid: `fault-once-${name}` },
                    onclick: () => set({ count: 1 }),
                }, "Once"),
            );
        }));
        if (busy) {
            byId(busy)?.focus();
        }
    }

    drawWarnings() {
        const { warnings } = this.app;
        byId("no-warnings").hidden = warnings.length > 0;
        byId("clear-warnings").hidden = !warnings.length;
        byId("warnings").replaceChildren(...[...warnings].reverse().slice(0, 30).map((item) => el(
            "li",
            { dataset: { testid: "warning", code: item.code } },
            `${item.code} ${item.message}`,
            el("small", {}, `${time(item.at)} · ${pretty(item.phone)} to ${pretty(item.number)} · ${item.url}`),
            item.answer ? el("small", {}, `It said: ${item.answer.slice(0, 160)}`) : null,
        )));
    }

    drawSettings() {
        if (byId("settings").contains(document.activeElement)) {
            return;
        }
        byId("settings").replaceChildren(...SETTINGS.map(([name, label, kind]) => {
            const value = this.app.settings[name];
            const field = el("input", {
                type: kind === "boolean" ? "checkbox" : kind === "number" ? "number" : "text",
                min: 0,
                placeholder: { optional: "no limit", prefixes: "+33, +49", latency: "0" }[kind],
                dataset: { testid: `setting-${name}` },
            });
            if (kind === "boolean") {
                field.checked = value;
            } else {
                field.value = Array.isArray(value) ? value.join(kind === "latency" ? "-" : ", ") : (value ?? "");
            }
            field.addEventListener("change", async () => {
                field.setCustomValidity("");
                try {
                    await ask("settings", { [name]: read(field, kind) });
                } catch (error) {
                    field.setCustomValidity(error.message);
                    field.reportValidity();
                }
            });
            return el("label", {}, label, field);
        }));
        byId("settings").onsubmit = (event) => event.preventDefault();
    }

    drawMagic() {
        const { magic } = this.app;
        const row = (number, text) => el(
            "tr",
            {},
            el("td", {}, el("code", {}, number)),
            el("td", {}, text),
        );
        byId("magic").replaceChildren(
            ...Object.entries(magic.refused).map(([number, code]) => row(number, `refused with ${code}`)),
            ...Object.entries(magic.ends_with).map(([number, text]) => row(number, `ends with ${text}`)),
            row(magic.stays_sent, "stays sent for ever"),
            row(magic.stays_queued, "stays queued for ever"),
            row(magic.slow, "takes ten seconds"),
        );
    }

    async loadStats() {
        const stats = await ask("stats");
        const rows = {
            "Requests": stats.requests,
            "Texts created": stats.created,
            "Same text to the same phone again": stats.doubles,
            "Texts from phones": stats.inbound,
            "Opted out": stats.opted_out.length,
            "Callbacks sent": stats.callbacks.sent,
            "Callbacks failed": stats.callbacks.failed,
            "Most creations at once": stats.peak_concurrency,
        };
        byId("stats").replaceChildren(
            ...Object.entries(rows).flatMap(([name, value]) => [
                el("dt", {}, name),
                el("dd", {}, String(value)),
            ]),
        );
    }
}

function read(field, kind) {
    const text = field.value.trim();
    if (kind === "boolean") {
        return field.checked;
    }
    if (kind === "prefixes") {
        return text.split(/[\s,]+/).filter(Boolean);
    }
    if (kind === "optional") {
        return text ? Number(text) : null;
    }
    if (kind === "latency" && text.includes("-")) {
        return text.split("-").map(Number);
    }
    return Number(text || 0);
}
