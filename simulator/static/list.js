/** The list of phones at the left. */
import { ask, avatar, byId, el, pretty, whenShort } from "./api.js";

const LIMIT = 200;

export class PhoneList {
    /** @param {(number: string) => void} onPick */
    constructor(onPick) {
        this.onPick = onPick;
        this.phones = new Map();
        this.unread = new Map();
        this.current = null;
        this.node = byId("phone-list");
        byId("search").addEventListener("input", () => this.load());
        byId("add-open").addEventListener("click", () => this.toggleForm(byId("add-form").hidden));
        byId("add-cancel").addEventListener("click", () => this.toggleForm(false, true));
        byId("add-form").addEventListener("submit", (event) => this.add(event));
        byId("add-form").addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                this.toggleForm(false, true);
            }
        });
        this.node.addEventListener("keydown", (event) => this.onKey(event));
    }

    toggleForm(show, focus) {
        byId("add-form").hidden = !show;
        byId("add-open").setAttribute("aria-expanded", String(show));
        byId("add-error").hidden = true;
        if (show) {
            byId("add-number").focus();
        } else if (focus) {
            byId("add-open").focus();
        }
    }

    async add(event) {
        event.preventDefault();
        const name = byId("add-name").value.trim();
        try {
            const phone = await ask("phones", {
                number: byId("add-number").value,
                ...(name ? { name } : {}),
            });
            this.update(phone);
            byId("add-form").reset();
            this.toggleForm(false);
            this.onPick(phone.number, true);
        } catch (error) {
            byId("add-error").textContent = error.message;
            byId("add-error").hidden = false;
            byId("add-number").focus();
        }
    }

    onKey(event) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const buttons = [...this.node.querySelectorAll("button")];
        const index = buttons.indexOf(document.activeElement);
        if (step && index >= 0) {
            event.preventDefault();
            buttons[Math.max(0, Math.min(buttons.length - 1, index + step))].focus();
        }
    }

    async load() {
        const part = byId("search").value.trim();
        const load = (this.loading = Symbol("load"));
        const { phones } = await ask(`phones?limit=${LIMIT}&q=${encodeURIComponent(part)}`);
        if (load === this.loading) {
            this.phones = new Map(phones.map((phone) => [phone.number, phone]));
            this.draw();
        }
    }

    get(number) {
        return this.phones.get(number);
    }

    update(phone) {
        this.phones.set(phone.number, { ...this.phones.get(phone.number), ...phone });
        this.draw();
    }

    /** A text is new or has changed: the phone comes to the top. */
    message(message) {
        const number = message.direction === "inbound" ? message.from : message.to;
        const ours = message.direction === "inbound" ? message.to : message.from;
        const phone = this.phones.get(number) || { number, name: "", off: false, opted_out: [] };
        const fresh = !phone.last || message.seq > phone.last.seq;
        if (fresh || message.seq === phone.last.seq) {
            phone.last = { ...message, ours };
        }
        if (fresh) {
            if (message.direction !== "inbound" && number !== this.current) {
                this.unread.set(number, (this.unread.get(number) || 0) + 1);
            }
            this.phones.delete(number);
            this.phones = new Map([[number, phone], ...this.phones].slice(0, LIMIT));
        }
        this.draw();
    }

    select(number) {
        this.current = number;
        this.unread.delete(number);
        this.draw();
    }

    draw() {
        if (!this.drawing) {
            this.drawing = requestAnimationFrame(() => {
                this.drawing = null;
                this.drawNow();
            });
        }
    }

    drawNow() {
        const focused = document.activeElement?.closest?.("#phone-list button")?.dataset.number;
        this.node.replaceChildren(...[...this.phones.values()].map((phone) => this.item(phone)));
        byId("empty-list").hidden = this.phones.size > 0 || Boolean(byId("search").value);
        if (focused) {
            this.node.querySelector(`button[data-number="${CSS.escape(focused)}"]`)?.focus();
        }
    }

    item(phone) {
        const { last, number } = phone;
        const unread = this.unread.get(number) || 0;
        const preview = last ? last.body || "Picture" : "No texts yet";
        return el("li", {}, el(
            "button",
            {
                type: "button",
                class: unread ? "unread" : null,
                "aria-current": String(number === this.current),
                dataset: { testid: `phone-${number.slice(1)}`, number },
                onclick: () => this.onPick(number, true),
            },
            avatar(el("span", { class: "avatar", "aria-hidden": "true" }), number, phone.name),
            el("span", { class: "name" }, phone.name || pretty(number)),
            el("span", { class: "time" }, last ? whenShort(last.created) : ""),
            el("span", { class: "preview" }, (last?.direction === "inbound" ? "You: " : "") + preview),
            el(
                "span",
                { class: "marks" },
                phone.off ? el("span", { class: "badge" }, "off") : null,
                phone.opted_out?.length ? el("span", { class: "badge stop" }, "opted out") : null,
                unread
                    ? el("span", { class: "count", "aria-label": `${unread} new` }, String(unread))
                    : null,
            ),
        ));
    }
}
