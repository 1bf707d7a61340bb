// Logging out. Asks first if that would lose unsent messages.
import type { Messenger } from '../../state/messenger.svelte';
import type { Ui } from '../ui.svelte';

export function logOut(ui: Ui, messenger: Messenger): void {
  const leave = () => {
    ui.router.go('/', { replace: true });
    void ui.app.logOut();
  };
  if (messenger.outbox.entries.length === 0) return leave();
  const { unsentTitle: title, unsentText: text, logOut: action } = ui.strings.account;
  void ui.dialogs.show('confirm', { title, text, action, onconfirm: leave });
}
