// Where one is logged in, and ending it there.
import type { Api } from '../api/endpoints';
import { ApiError } from '../api/http';
import type { SessionRow } from '../protocol/rest';

export class Sessions {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  /** One's own first, then those used last. */
  rows = $state.raw<SessionRow[]>([]);
  #api: Pick<Api, 'sessions' | 'endSession'>;

  constructor(api: Pick<Api, 'sessions' | 'endSession'>) {
    this.#api = api;
  }

  get others(): SessionRow[] {
    return this.rows.filter((row) => !row.current);
  }

  async load(): Promise<void> {
    this.status = 'loading';
    try {
      const { data } = await this.#api.sessions();
      this.rows = [...data].sort((a, b) => Number(b.current) - Number(a.current));
      this.status = 'ready';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.status = 'failed';
    }
  }

  /** One that is no more has been ended elsewhere: just as well. */
  async end(sessionId: string): Promise<void> {
    try {
      await this.#api.endSession(sessionId);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    this.rows = this.rows.filter((row) => row.sessionId !== sessionId);
  }

  async endOthers(): Promise<void> {
    for (const { sessionId } of this.others) await this.end(sessionId);
  }
}
