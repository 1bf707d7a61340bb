// Addresses: `/`, `/login`, `/signup`, `/chat/u/<id>`, `/chat/g/<id>`. The browser's history is the state.
import type { ChatKey } from '../protocol/chat';

export type Route = { name: 'home' | 'login' | 'signup' } | { name: 'chat'; chat: ChatKey };

interface Passed {
  /** How the chat is called, for chats that the list does not know yet. */
  title?: string;
}

export class Router {
  #path = $state(location.pathname);
  #passed = $state.raw<Passed>(passed());

  route = $derived(parse(this.#path));

  get title(): string | undefined {
    return this.#passed.title;
  }

  constructor() {
    addEventListener('popstate', () => this.#sync());
  }

  go(path: string, { replace = false, title }: { replace?: boolean; title?: string } = {}): void {
    const state: Passed = title ? { title } : {};
    if (replace || path === location.pathname) history.replaceState(state, '', path);
    else history.pushState(state, '', path);
    this.#sync();
  }

  /** For links: a plain click goes there without loading the page. */
  follow = (event: MouseEvent & { currentTarget: HTMLAnchorElement }): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(event.currentTarget.pathname);
  };

  #sync(): void {
    this.#path = location.pathname;
    this.#passed = passed();
  }
}

export function pathOf(chat: ChatKey): string {
  return `/chat/${chat}`;
}

export function parse(path: string): Route {
  const match = /^\/chat\/([ug])\/([0-9a-f-]{36})\/?$/i.exec(path);
  if (match) return { name: 'chat', chat: `${match[1]!}/${match[2]!.toLowerCase()}` as ChatKey };
  if (path === '/login' || path === '/signup') return { name: path.slice(1) as 'login' | 'signup' };
  return { name: 'home' };
}

function passed(): Passed {
  return (history.state ?? {}) as Passed;
}
