// Shows a hidden message and keeps the focus on it.
import { tick } from 'svelte';
import type { Blocked } from '../../state/people/blocked.svelte';

export async function reveal(blocked: Blocked, messageId: string): Promise<void> {
  blocked.show(messageId);
  await tick();
  document.querySelector<HTMLElement>(`[data-key="${messageId}"]`)?.focus({ preventScroll: true });
}
