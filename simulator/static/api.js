/** Talks to the simulator's control address. */

/**
 * Ask the control address.
 * @param {string} path below /control/
 * @param {object} [data] sent as JSON by POST
 * @param {string} [method]
 * @returns {Promise<object>} the answer; throws an Error with a sentence for people
 */
export async function ask(path, data, method = data === undefined ? "GET" : "POST") {
    let answer;
    try {
        answer = await fetch(`/control/${path}`, {
            method,
            headers: data === undefined ? {} : { "Content-Type": "application/json" },
            body: data === undefined ? undefined : JSON.stringify(data),
        });
    } catch {
        throw new Error("The simulator does not answer. Is it still running?");
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
        throw new Error(body.error || `The simulator answered ${answer.status}.`);
    }
    return body;
}

/**
 * Listen to what changes.
 * @param {(event: object) => void} onEvent
 * @param {(connected: boolean) => void} onConnection called at every (re)connection and loss
 */
export function listen(onEvent, onConnection) {
    const source = new EventSource("/control/events");
    source.onopen = () => onConnection(true);
    source.onerror = () => onConnection(false);
    source.onmessage = (message) => JSON.parse(message.data).forEach(onEvent);
}

/**
 * Build an element. Text is always set as text, never as markup.
 * @param {string} tag
 * @param {object} [attributes] "class", "dataset", "on…" handlers, properties or attributes
 * @param {...(Node|string|null)} children
 */
export function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) {
            continue;
        } else if (name === "dataset") {
            Object.assign(node.dataset, value);
        } else if (name.startsWith("on")) {
            node.addEventListener(name.slice(2), value);
        } else {
            node.setAttribute(name, value === true ? "" : value);
        }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
}

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/** Show a North American number as people write it; others as they are. */
export function pretty(number) {
    const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
    return match ? `+1 (${match[1]}) ${match[2]}-${match[3]}` : number;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** @param {number} seconds since 1970 */
export const time = (seconds) => clock.format(new Date(seconds * 1000));

/** @param {number} seconds since 1970 */
export function dayOf(seconds) {
    const date = new Date(seconds * 1000);
    return date.toDateString() === new Date().toDateString() ? "Today" : day.format(date);
}

/** The time of today's texts, the day of older ones. */
export function whenShort(seconds) {
    const date = new Date(seconds * 1000);
    const today = date.toDateString() === new Date().toDateString();
    return today ? time(seconds) : short.format(date);
}

const COLOURS = ["#2f6f5e", "#4a5fa5", "#8a4f7d", "#9a5b34", "#3d7390", "#6b6a2f", "#7a4a4a", "#51578a"];

/** Fill an avatar: initials of the name, or the last two digits. */
export function avatar(node, number, name) {
    const words = (name || "").trim().split(/\s+/).filter(Boolean);
    const letters = words.slice(0, 2).map((word) => Array.from(word)[0]);
    node.textContent = letters.join("").toUpperCase() || number.slice(-2);
    const sum = Array.from(number).reduce((total, digit) => total * 7 + digit.charCodeAt(0), 0);
    node.style.background = COLOURS[sum % COLOURS.length];
    return node;
}
