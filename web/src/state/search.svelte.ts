// Searching people and groups while one types: not at every letter, and never showing an answer to an older text.
import type { Api } from '../api/endpoints';
import { ApiError } from '../api/http';
import { isGroup, type ChatKey } from '../protocol/chat';
import { en, ru } from '../strings/chats';
import type { User } from './session.svelte';

export interface Found {
  key: ChatKey;
  /** Empty for the chat with oneself. */
  name: string;
  /** E-mail of a person; empty for groups. */
  detail: string;
}

const PAUSE = 200;

type Find = (api: Api, text: string, signal: AbortSignal) => Promise<Found[]>;

export class Search {
  text = $state('');
  status = $state<'idle' | 'searching' | 'found' | 'failed'>('idle');
  /** People, then groups; in each the best match first. */
  results = $state.raw<Found[]>([]);
  /** Why it failed. */
  failure = $state('');
  #at = $state(0);
  /** The one that Enter opens. */
  active = $derived(this.results[this.#at]);
  people = $derived(this.results.filter((found) => !isGroup(found.key)));
  groups = $derived(this.results.filter((found) => isGroup(found.key)));
  #api: Api;
  #find: Find;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  /** `find`: who is looked for, everybody and one's groups unless something else is said. */
  constructor(api: Api, find: Find = everywhere) {
    this.#api = api;
    this.#find = find;
  }

  type(text: string): void {
    this.text = text;
    this.#cancel();
    if (text.trim() === '') return this.clear();
    this.status = 'searching';
    this.#timer = setTimeout(() => void this.#search(text.trim()), PAUSE);
  }

  again(): void {
    this.type(this.text);
  }

  /** Makes the next or the former one active, around the ends. */
  move(step: 1 | -1): void {
    const count = this.results.length;
    if (count > 0) this.#at = (this.#at + step + count) % count;
  }

  /** Somebody is there no longer. */
  drop(key: ChatKey): void {
    if (this.results.some((found) => found.key === key))
      this.#show(this.results.filter((found) => found.key !== key));
  }

  clear(): void {
    this.#cancel();
    this.text = '';
    this.#show([]);
    this.status = 'idle';
  }

  #show(results: Found[]): void {
    this.results = results.sort((a, b) => Number(isGroup(a.key)) - Number(isGroup(b.key)));
    this.#at = 0;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #search(text: string): Promise<void> {
    const running = (this.#running = new AbortController());
    try {
      const results = await this.#find(this.#api, text.slice(0, 100), running.signal);
      if (running.signal.aborted) return;
      this.#show(results);
      this.status = 'found';
    } catch (error) {
      if (running.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.failure = error.code;
      this.#show([]);
      this.status = 'failed';
    }
  }
}

/** People and one's groups. */
async function everywhere(api: Api, text: string, signal: AbortSignal): Promise<Found[]> {
  return (await api.search(text, signal)).data.map(found);
}

/** The same with the chat with oneself, which is found by its name and by one's own. */
export function everywhereFor(user: User): Find {
  const names = [en.notes, ru.notes, user.firstName, user.lastName].map((name) => name.toLocaleLowerCase());
  const notes: Found = { key: `u/${user.id}`, name: '', detail: '' };
  return async (api, text, signal) => {
    const found = await everywhere(api, text, signal);
    const isMeant = names.some((name) => name.startsWith(text.toLocaleLowerCase()));
    return isMeant ? [notes, ...found] : found;
  };
}

/** People alone; for a group those who are not in it. */
export function people(groupId?: string): Find {
  return async (api, text, signal) => {
    if (!groupId) return (await everywhere(api, text, signal)).filter(({ key }) => !isGroup(key));
    const { data } = await api.searchUsers(text, groupId, signal);
    return data.map((user) => found({ ...user, groupId: null, groupName: null }));
  };
}

type FoundRow = Awaited<ReturnType<Api['search']>>['data'][number];

function found(row: FoundRow): Found {
  if (row.groupId) return { key: `g/${row.groupId}`, name: row.groupName ?? '', detail: '' };
  return { key: `u/${row.userId}`, name: `${row.firstName} ${row.lastName}`.trim(), detail: row.email ?? '' };
}

/** The e-mail address of somebody whose name is known; empty if a search by the name does not tell. */
export async function findEmail(api: Api, userId: string, name: string): Promise<string> {
  const { data } = await api.search(name.slice(0, 100)).catch(() => ({ data: [] as FoundRow[] }));
  return data.find((row) => row.userId === userId)?.email ?? '';
}
