// Searching people and groups while one types: not at every letter, and never showing an answer to an older text.
import type { Api } from '../api/endpoints';
import { ApiError } from '../api/http';
import type { ChatKey } from '../protocol/chat';

export interface Found {
  key: ChatKey;
  name: string;
  /** E-mail of a person; empty for groups. */
  detail: string;
}

const PAUSE = 200;

export class Search {
  text = $state('');
  status = $state<'idle' | 'searching' | 'found' | 'failed'>('idle');
  results = $state.raw<Found[]>([]);
  #api: Api;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(api: Api) {
    this.#api = api;
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

  clear(): void {
    this.#cancel();
    this.text = '';
    this.results = [];
    this.status = 'idle';
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #search(text: string): Promise<void> {
    const running = (this.#running = new AbortController());
    try {
      const { data } = await this.#api.search(text.slice(0, 100), running.signal);
      if (running.signal.aborted) return;
      this.results = data.map(found);
      this.status = 'found';
    } catch (error) {
      if (running.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.status = 'failed';
    }
  }
}

type FoundRow = Awaited<ReturnType<Api['search']>>['data'][number];

function found(row: FoundRow): Found {
  if (row.groupId) return { key: `g/${row.groupId}`, name: row.groupName ?? '', detail: '' };
  return { key: `u/${row.userId}`, name: `${row.firstName} ${row.lastName}`.trim(), detail: row.email ?? '' };
}
