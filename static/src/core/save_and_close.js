import { messageOf } from "./errors";

/**
 * Do what a dialog is for, then close it. An error stays in the dialog, with all that was typed.
 *
 * @param {{ props: { close: Function }, state: { saving: boolean, error: string } }} dialog
 * @param {() => Promise} change
 */
export async function saveAndClose({ props, state }, change) {
    if (state.saving) {
        return;
    }
    state.saving = true;
    state.error = "";
    try {
        await change();
    } catch (error) {
        state.error = messageOf(error);
        return;
    } finally {
        state.saving = false;
    }
    props.close();
}
