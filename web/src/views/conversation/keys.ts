// The keys of a focused message. `Shortcuts.svelte` lists them. Pure.

/** The action of a key. A number is the index of a quick reaction. */
export type Meaning = 'reply' | 'copy' | 'edit' | 'remove' | 'react' | number;

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>;

// By the key's position, so that they are the same in every layout.
const byPlace: Record<string, Meaning> = { KeyR: 'reply', KeyC: 'copy', KeyE: 'edit' };
const byName: Record<string, Meaning> = { Delete: 'remove', Backspace: 'remove', '+': 'react' };

export function meaning({ key, code, ctrlKey, metaKey, altKey }: Key): Meaning | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return code === 'KeyC' ? 'copy' : null;
  if (/^[1-6]$/.test(key)) return Number(key) - 1;
  return byName[key] ?? byPlace[code] ?? null;
}

/** Whether a key opens the menu. */
export function opensMenu({ key, shiftKey }: { key: string; shiftKey: boolean }): boolean {
  return key === 'Enter' || key === 'ContextMenu' || (shiftKey && key === 'F10');
}

/** The index to which a key moves the focus among `count` messages; null if it does not move it. */
export function moved(key: string, from: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowUp: from - 1,
    ArrowDown: from + 1,
    PageUp: from - 10,
    PageDown: from + 10,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? null : Math.max(0, Math.min(to, count - 1));
}
