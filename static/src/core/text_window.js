/** So many texts are drawn at most: beside thousands of them even a keystroke would lag. */
const MOST = 200;
const STEP = MOST / 2;

/**
 * Whether a text stands above another one in the conversation: as the server orders them.
 *
 * @param {{ id: number, date: string }} text
 * @param {{ id: number, date: string }} other
 */
export function isBefore(text, other) {
    return text.date < other.date || (text.date === other.date && text.id < other.id);
}

/**
 * Which of the texts that were read are drawn, as a place in their array.
 *
 * @param {{ id: number, date: string }[]} texts the oldest first
 * @param {{ id: number, date: string }|false} until the last one that is drawn; `false`: the newest, whichever it is
 * @returns {{ start: number, end: number }}
 */
export function drawnOf(texts, until) {
    const next = until ? texts.findIndex((text) => isBefore(until, text)) : -1;
    const end = next > 0 ? next : texts.length;
    return { start: Math.max(0, end - MOST), end };
}

/** @returns {{ id: number, date: string }|false} `until` to draw older ones with; the same where there are none */
export function olderThan(texts, until) {
    const { start } = drawnOf(texts, until);
    return start ? texts[Math.max(0, start - STEP) + MOST - 1] : until;
}

/** @returns {{ id: number, date: string }|false} `until` to draw newer ones with */
export function newerThan(texts, until) {
    const { end } = drawnOf(texts, until);
    return texts[end + STEP - 1] || false;
}
