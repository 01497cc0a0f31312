/** One phone: its texts and the box to write in. */
import { ask, avatar, byId, dayOf, el, pretty, time } from "./api.js";

const SHOWN = 300;
const GAP_S = 300;
const WAITING = { queued: "on its way", sending: "on its way", accepted: "on its way", sent: "on its way" };

export class PhoneView {
    /** @param {object} app gives numbers, warnings and list */
    constructor(app) {
        this.app = app;
        this.number = null;
        this.messages = new Map();
        this.pictures = [];
        this.node = byId("messages");
        this.input = byId("input");
        this.input.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                this.submit();
            }
        });
        this.input.addEventListener("input", () => this.grow());
        byId("composer").addEventListener("submit", (event) => {
            event.preventDefault();
            this.submit();
        });
        for (const chip of document.querySelectorAll("[data-word]")) {
            chip.addEventListener("click", () => this.send(chip.dataset.word, []));
        }
        byId("file").addEventListener("change", (event) => this.attach(event.target));
        byId("power").addEventListener("change", (event) => this.change({ off: !event.target.checked }));
        byId("rename").addEventListener("click", () => this.rename(byId("rename-form").hidden));
        byId("rename-form").addEventListener("submit", async (event) => {
            event.preventDefault();
            await this.change({ name: byId("rename-input").value });
            this.rename(false);
        });
        byId("rename-form").addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                this.rename(false);
            }
        });
        byId("ours").addEventListener("change", () => this.drawHead());
    }

    async open(number, focus) {
        const same = number === this.number;
        this.number = number;
        byId("phone").hidden = number === null;
        byId("nothing").hidden = number !== null;
        if (number === null) {
            return;
        }
        if (!same) {
            this.messages.clear();
            this.pictures = [];
            this.input.value = "";
            this.rename(false);
            this.say("");
        }
        await this.load();
        // On a small screen the keyboard would cover the texts.
        if (focus && matchMedia("(min-width: 761px)").matches) {
            this.input.focus();
        }
    }

    async load() {
        const number = this.number;
        const query = `messages?limit=${SHOWN}&phone=${encodeURIComponent(number)}`;
        const { messages } = await ask(query);
        if (number !== this.number) {
            return;
        }
        this.messages = new Map(messages.map((message) => [message.sid, message]));
        const last = messages[messages.length - 1];
        this.drawNumbers(last && (last.direction === "inbound" ? last.to : last.from));
        this.drawHead();
        this.drawPictures();
        this.grow();
        this.draw(true);
    }

    async change(changes) {
        try {
            this.app.list.update(await ask("phones", { number: this.number, ...changes }));
        } catch (error) {
            this.say(error.message);
        }
        this.drawHead();
    }

    rename(show) {
        byId("rename-form").hidden = !show;
        if (show) {
            byId("rename-input").value = this.app.list.get(this.number)?.name || "";
            byId("rename-input").focus();
        }
    }

    // -- writing

    submit() {
        const body = this.input.value.trim();
        if (body || this.pictures.length) {
            const pictures = this.pictures;
            this.pictures = [];
            this.input.value = "";
            this.drawPictures();
            this.grow();
            this.send(body, pictures.map((picture) => picture.data));
        }
    }

    async send(body, media) {
        const from = this.number;
        this.say("");
        try {
            const result = await ask("inbound", { from, to: byId("ours").value, body, media });
            if (!result.webhook && from === this.number) {
                this.say("Kept here, but nobody is told: this number has no webhook (SmsUrl) yet.");
            }
        } catch (error) {
            if (from === this.number) {
                this.say(error.message);
                this.input.value = this.input.value || body;
            }
        }
    }

    say(text) {
        byId("note").textContent = text;
        byId("note").hidden = !text;
    }

    grow() {
        this.input.style.height = "auto";
        const height = this.input.scrollHeight + 2;
        this.input.style.height = `${Math.min(height, 132)}px`;
        this.input.style.overflowY = height > 132 ? "auto" : "hidden";
        byId("send").disabled = !this.input.value.trim() && !this.pictures.length;
    }

    async attach(field) {
        for (const file of field.files) {
            const data = await new Promise((resolve) => {
                const reader = new FileReader();
                reader.onload = () => resolve(reader.result);
                reader.readAsDataURL(file);
            });
            this.pictures.push({ name: file.name, data });
        }
        field.value = "";
        this.drawPictures();
        this.grow();
        this.input.focus();
    }

    drawPictures() {
        byId("pictures").hidden = !this.pictures.length;
        byId("pictures").replaceChildren(...this.pictures.map((picture, index) => el(
            "button",
            {
                type: "button",
                title: `Remove ${picture.name}`,
                "aria-label": `Remove ${picture.name}`,
                onclick: () => {
                    this.pictures.splice(index, 1);
                    this.drawPictures();
                    this.grow();
                },
            },
            picture.data.startsWith("data:image/")
                ? el("img", { src: picture.data, alt: "" })
                : picture.name,
        )));
    }

    // -- showing

    drawNumbers(prefer) {
        const select = byId("ours");
        const wanted = prefer || select.value;
        select.replaceChildren(...this.app.numbers.map((item) => el(
            "option",
            { value: item.number },
            item.friendly_name && item.friendly_name !== item.number
                ? `${item.friendly_name} ${pretty(item.number)}`
                : pretty(item.number),
        )));
        if (this.app.numbers.some((item) => item.number === wanted)) {
            select.value = wanted;
        }
    }

    drawHead() {
        const phone = this.app.list.get(this.number) || { number: this.number, opted_out: [] };
        byId("phone-title").textContent = phone.name || pretty(phone.number);
        byId("rename").textContent = phone.name ? pretty(phone.number) : "Give it a name";
        byId("power").checked = !phone.off;
        byId("power-text").textContent = phone.off ? "Off" : "On";
        byId("phone").classList.toggle("off", Boolean(phone.off));
        byId("opted-out").hidden = !(phone.opted_out || []).includes(byId("ours").value);
        avatar(byId("phone-avatar"), phone.number, phone.name);
        document.title = `${phone.name || pretty(phone.number)} · Phones`;
    }

    /** A text is new or has changed. */
    message(message) {
        const known = this.messages.has(message.sid);
        this.messages.set(message.sid, message);
        if (!known && this.messages.size > SHOWN) {
            this.messages.delete(this.messages.keys().next().value);
        }
        if (!known && message.direction !== "inbound") {
            this.drawNumbers(message.from);
            this.drawHead();
        }
        this.draw(false, known ? null : message.sid);
    }

    remove(sid) {
        this.messages.delete(sid);
        this.draw();
    }

    draw(toEnd, fresh) {
        const { scrollHeight, scrollTop, clientHeight } = this.node;
        const atEnd = toEnd || scrollHeight - scrollTop - clientHeight < 60;
        const items = [];
        let before = null;
        const messages = [...this.messages.values()].sort((a, b) => a.seq - b.seq);
        for (const [index, message] of messages.entries()) {
            if (!before || dayOf(before.created) !== dayOf(message.created)) {
                items.push(el("div", { class: "day" }, dayOf(message.created)));
            }
            items.push(this.item(message, before, messages[index + 1], message.sid === fresh));
            before = message;
        }
        this.node.replaceChildren(...items);
        if (atEnd) {
            this.node.scrollTop = this.node.scrollHeight;
        }
    }

    item(message, before, after, fresh) {
        const out = message.direction === "inbound";
        const failed = ["undelivered", "failed", "canceled"].includes(message.status);
        const first = !before || before.direction !== message.direction
            || message.created - before.created > GAP_S;
        const bubble = el(
            "div",
            {
                class: "bubble" + (failed ? " failed" : "")
                    + (WAITING[message.status] ? " waiting" : "")
                    + (message.media.length ? " picture" : ""),
                dataset: {
                    testid: "bubble",
                    direction: out ? "out" : "in",
                    status: message.status,
                    origin: message.origin,
                    sid: message.sid,
                },
            },
            ...message.media.map((item) => this.picture(item)),
            message.body
                ? el("div", { class: "text" + (message.media.length ? "" : " only") }, message.body)
                : message.media.length ? null : "(removed)",
        );
        const warnings = this.app.warnings.filter((item) => item.message_sid === message.sid);
        return el(
            "div",
            { class: `item ${out ? "out" : "in"}${first ? " first" : ""}${fresh ? " fresh" : ""}` },
            bubble,
            this.meta(message, after, out, failed),
            ...warnings.map((warning) => el(
                "span",
                { class: "badge warn", dataset: { testid: "bubble-warning" } },
                `Webhook ${warning.code}: ${warning.message}`,
            )),
        );
    }

    /** The line under a text; texts of one minute share the time under the last of them. */
    meta(message, after, out, failed) {
        const parts = [time(message.created)];
        if (this.app.numbers.length > 1) {
            parts.push(out ? `to ${pretty(message.to)}` : `from ${pretty(message.from)}`);
        }
        if (message.origin === "twilio") {
            parts.push("by Twilio itself");
        }
        if (message.num_segments > 1) {
            parts.push(`${message.num_segments} segments`);
        }
        if (message.status === "scheduled") {
            parts.push("scheduled");
        } else if (WAITING[message.status]) {
            parts.push(WAITING[message.status]);
        }
        if (
            parts.length === 1 && !failed && after?.direction === message.direction
            && time(after.created) === parts[0]
        ) {
            return null;
        }
        const bad = failed
            ? el("span", { class: "bad" }, ` · ${message.status}`
                + (message.error_code ? ` ${message.error_code}: ${message.error_message || ""}` : ""))
            : null;
        return el("div", { class: "meta" }, parts.join(" · "), bad);
    }

    picture(item) {
        if (item.content_type.startsWith("image/") || item.content_type === "application/octet-stream") {
            return el("img", {
                src: item.url,
                alt: "Picture",
                loading: "lazy",
                onload: () => (this.node.scrollTop = this.node.scrollHeight),
            });
        }
        return el(
            "a",
            { href: item.url, target: "_blank", rel: "noopener noreferrer" },
            `Attachment (${item.content_type})`,
        );
    }
}
