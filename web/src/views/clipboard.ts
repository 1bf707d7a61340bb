// Copies a text, and says whether the browser allowed it.
import type { Ui } from './ui.svelte';

export async function copyText(ui: Ui, text: string): Promise<void> {
  const { copied, notCopied } = ui.strings.messages;
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  ui.say(done ? copied : notCopied);
}
