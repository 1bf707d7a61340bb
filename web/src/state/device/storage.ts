// localStorage as typed values. If the browser denies it, values last as long as the page.

const fallback = new Map<string, string>();

export function load<T>(key: string): T | null {
  try {
    const text = fallback.get(key) ?? localStorage.getItem(key);
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

export function save(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(key, text);
    fallback.delete(key);
  } catch {
    fallback.set(key, text);
  }
}

export function forget(key: string): void {
  fallback.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept there
  }
}

/** Removes the values under keys `PREFIX.USER…` of other users. */
export function forgetOthers(prefixes: string[], user: string): void {
  try {
    for (const key of keysOf(localStorage)) {
      const prefix = prefixes.find((each) => key.startsWith(`${each}.`));
      if (prefix && !key.startsWith(`${prefix}.${user}`)) forget(key);
    }
  } catch {
    // nothing was kept there
  }
}

/** Calls back when another tab has changed a value. */
export function onOtherTab(key: string, callback: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) callback();
  });
}

function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)!);
}
