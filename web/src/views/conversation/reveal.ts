// Shows a hidden message. The focus stays on it, though it is drawn anew.
import { tick } from 'svelte';
import type { Blocked } from '../../state/blocked.svelte';

export async function reveal(blocked: Blocked, messageId: string): Promise<void> {
  blocked.show(messageId);
  await tick();
  document.querySelector<HTMLElement>(`[data-key="${messageId}"]`)?.focus({ preventScroll: true });
}
