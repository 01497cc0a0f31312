/** @returns {boolean} whether what had the focus is gone, or goes with the dialog that it is in */
export function isFocusLost() {
    const { activeElement, body } = document;
    return activeElement === body || Boolean(activeElement.closest(".o_dialog"));
}
