// Searches people and groups while the user types, debounced. Never shows results of an older text.
import type { Api } from '../../api/endpoints';
import { ApiError } from '../../api/http';
import { isGroup, type ChatKey } from '../../protocol/chat';
import { notes } from '../../strings/language';
import type { Messenger } from '../messenger.svelte';
import type { User } from '../session/session.svelte';

export interface Found {
  key: ChatKey;
  /** Empty for the notes. */
  name: string;
  /** A person's email; empty for groups. */
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
  /** The result that Enter opens. */
  active = $derived(this.results[this.#at]);
  people = $derived(this.results.filter((found) => !isGroup(found.key)));
  groups = $derived(this.results.filter((found) => isGroup(found.key)));
  #api: Api;
  #find: Find;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  /** `find`: runs the search; by default for people and the user's groups. */
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

  /** Makes the next or previous result active, and wraps around. */
  move(step: 1 | -1): void {
    const count = this.results.length;
    if (count > 0) this.#at = (this.#at + step + count) % count;
  }

  /** Removes a person who is gone. */
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
      const results = await this.#find(this.#api, text, running.signal);
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

/** People and the user's groups. */
async function everywhere(api: Api, text: string, signal: AbortSignal): Promise<Found[]> {
  return (await api.search(text, signal)).data.map(found);
}

/** The same with the notes, which are found by their name and by the user's own name. */
export function everywhereFor(user: User): Find {
  const names = [...Object.values(notes), user.firstName, user.lastName].map((name) =>
    name.toLocaleLowerCase(),
  );
  const own: Found = { key: `u/${user.id}`, name: '', detail: '' };
  return async (api, text, signal) => {
    const found = await everywhere(api, text, signal);
    const isMeant = names.some((name) => name.startsWith(text.toLocaleLowerCase()));
    return isMeant ? [own, ...found] : found;
  };
}

/** Only people; with `groupId`, only those who are not in that group. */
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

/** The email of a person with this name; empty if the search does not return it. */
export async function findEmail(
  { api, line }: Pick<Messenger, 'api' | 'line'>,
  userId: string,
  name: string,
): Promise<string> {
  const { data } = await api
    .search(name.slice(0, line.bounds?.searchText))
    .catch(() => ({ data: [] as FoundRow[] }));
  return data.find((row) => row.userId === userId)?.email ?? '';
}
