/**
 * Typographic characters that word processors put in by themselves, and what stands for them in the
 * GSM-7 alphabet. One of them alone makes a text Unicode, with 70 instead of 160 characters a segment.
 */
const PLAIN = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‹": "'",
    "›": "'",
    "´": "'",
    "`": "'",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "•": "-",
    "·": "-",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u00ad": "",
    "\ufeff": "",
    "\t": " ",
    "ẞ": "SS",
    "×": "x",
    "™": "(TM)",
    "©": "(C)",
    "®": "(R)",
};
const TYPOGRAPHIC = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "gu");

/**
 * @param {string} text
 * @returns {string} the same with plain characters; letters and emoji stay as they are
 */
export function toPlainCharacters(text) {
    return text.replace(TYPOGRAPHIC, (char) => PLAIN[char]);
}
