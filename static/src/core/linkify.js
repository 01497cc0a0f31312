const URL_IN_TEXT = /(?:https?:\/\/|www\.)[^\s<>"\u00a0]+/gi;
const CLOSING = { ")": "(", "]": "[", "}": "{" };

/**
 * Cut a text into plain pieces and web addresses. Nothing here is ever HTML: the pieces are shown as
 * text, and only http and https become links.
 *
 * @param {string} text
 * @returns {{ text: string, href?: string }[]}
 */
export function linkify(text) {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(URL_IN_TEXT)) {
        if (/[\p{L}\p{N}_]/u.test(text[match.index - 1] || "")) {
            continue; // the middle of a word, as in "xhttps://"
        }
        const address = withoutPunctuation(match[0]);
        const href = safeHref(address);
        if (!href) {
            continue;
        }
        if (match.index > end) {
            parts.push({ text: text.slice(end, match.index) });
        }
        parts.push({ text: address, href });
        end = match.index + address.length;
    }
    if (end < text.length) {
        parts.push({ text: text.slice(end) });
    }
    return parts;
}

/** "(see https://example.com/a_(b))." ends at the bracket that belongs to the address. */
function withoutPunctuation(address) {
    for (;;) {
        const last = address.at(-1);
        const opening = CLOSING[last];
        const isUnbalanced =
            opening && address.split(opening).length < address.split(last).length;
        if (isUnbalanced || /[.,;:!?'’”»…]/.test(last)) {
            address = address.slice(0, -1);
        } else {
            return address;
        }
    }
}

function safeHref(address) {
    try {
        const url = new URL(/^www\./i.test(address) ? `https://${address}` : address);
        const isWeb = url.protocol === "http:" || url.protocol === "https:";
        return isWeb && url.hostname.includes(".") ? url.href : null;
    } catch {
        return null;
    }
}
