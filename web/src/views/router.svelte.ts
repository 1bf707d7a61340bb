// Paths: `/`, `/login`, `/signup`, `/chat/u/<id>`, `/chat/g/<id>`; others are unknown. The browser's history is the state.
import type { ChatKey } from '../protocol/chat';
import { Trail, type Passed } from './trail';

export type Route = { name: 'home' | 'login' | 'signup' | 'unknown' } | { name: 'chat'; chat: ChatKey };

export class Router {
  readonly trail = new Trail(() => this.#sync());
  #path = $state(location.pathname);
  #passed = $state.raw<Passed>({});

  route = $derived(parse(this.#path));

  constructor() {
    this.#sync();
  }

  get title(): string | undefined {
    return this.#passed.title;
  }

  go(path: string, { replace = false, title }: { replace?: boolean; title?: string } = {}): void {
    this.trail.go(path, { replace, title });
  }

  /** For links: a plain click navigates without loading the page. */
  follow = (event: MouseEvent & { currentTarget: HTMLAnchorElement }): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(event.currentTarget.pathname);
  };

  #sync(): void {
    ({ path: this.#path, passed: this.#passed } = this.trail.page);
  }
}

export function pathOf(chat: ChatKey): string {
  return `/chat/${chat}`;
}

export function parse(path: string): Route {
  const match = /^\/chat\/([ug])\/([0-9a-f-]{36})\/?$/i.exec(path);
  if (match) return { name: 'chat', chat: `${match[1]!}/${match[2]!.toLowerCase()}` as ChatKey };
  if (path === '/login' || path === '/signup') return { name: path.slice(1) as 'login' | 'signup' };
  return { name: path === '/' || path === '/index.html' ? 'home' : 'unknown' };
}
