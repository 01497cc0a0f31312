/** Words of a name too short or too common to tell who writes. */
const NO_NAME = new Set(["gmbh", "inc", "ltd", "llc", "the", "und", "and", "company", "group"]);

const fold = (text) =>
    text
        .normalize("NFKD")
        .replace(/\p{Mn}/gu, "")
        .toLowerCase();

/**
 * @param {string} text
 * @param {string[]} names of the sender and the company
 * @returns {boolean} whether a text says one of the names, or a telling word of it
 */
export function introduces(text, names) {
    const words = new Set(fold(text).split(/[^\p{L}\p{N}]+/u));
    return names.some((name) =>
        fold(name)
            .split(/[^\p{L}\p{N}]+/u)
            .some((word) => word.length > 2 && !NO_NAME.has(word) && words.has(word))
    );
}
