// What a user's tabs must agree on: whether a chat is being viewed, and which tab notifies of a message.
import type { ChatKey } from '../../protocol/chat';

export interface Attention {
  /** The chat that is being viewed in this tab; null if none. */
  look(chat: ChatKey | null): void;
  /** Whether this chat is being viewed in any tab. */
  isLookedAt(chat: ChatKey): Promise<boolean>;
  /** Whether this tab notifies of this message: true in one tab, once. */
  claim(messageId: string): Promise<boolean>;
  close(): void;
}

// Long enough for every tab to receive the claim.
const HELD = 5_000;
const REMEMBERED = 500;

/**
 * Through Web Locks, which end with their tab however it ends. A browser without them (plain HTTP) shows no
 * notifications either; there each tab decides for itself.
 */
export function browserAttention(user: string): Attention {
  const locks = navigator.locks as LockManager | undefined;
  const channel = new BroadcastChannel(`hearth-told-${user}`);
  const told = new Set<string>();
  const lookName = (chat: ChatKey) => `hearth-look-${user}-${chat}`;
  let seen: ChatKey | null = null;
  let away = new AbortController();

  channel.onmessage = (event: MessageEvent<string>) => remember(event.data);

  function remember(messageId: string): void {
    told.add(messageId);
    if (told.size > REMEMBERED) told.delete(told.values().next().value!);
  }

  function hold(chat: ChatKey, { signal }: AbortController): void {
    const until = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    locks?.request(lookName(chat), { mode: 'shared', signal }, () => until).catch(() => undefined); // away already
  }

  return {
    look(chat) {
      if (chat === seen) return;
      away.abort();
      away = new AbortController();
      seen = chat;
      if (chat) hold(chat, away);
    },

    async isLookedAt(chat) {
      if (seen === chat) return true;
      const { held } = (await locks?.query()) ?? {};
      return held?.some(({ name }) => name === lookName(chat)) ?? false;
    },

    async claim(messageId) {
      if (told.has(messageId)) return false;
      remember(messageId);
      if (!locks) return true;
      return new Promise((resolve) => {
        void locks.request(`hearth-tell-${user}-${messageId}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          if (!lock) return;
          channel.postMessage(messageId);
          return new Promise((release) => setTimeout(release, HELD));
        });
      });
    },

    close() {
      away.abort();
      channel.close();
    },
  };
}
