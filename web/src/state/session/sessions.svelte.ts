// The user's sessions on all devices, and ending them.
import type { Api } from '../../api/endpoints';
import { ApiError } from '../../api/http';
import type { SessionRow } from '../../protocol/rest';

type SessionsApi = Pick<Api, 'sessions' | 'endSession' | 'endOtherSessions'>;

export class Sessions {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  /** This session first, then the most recently used. */
  rows = $state.raw<SessionRow[]>([]);
  #api: SessionsApi;

  constructor(api: SessionsApi) {
    this.#api = api;
  }

  get others(): SessionRow[] {
    return this.rows.filter((row) => !row.current);
  }

  async load(): Promise<void> {
    this.status = 'loading';
    try {
      const rows: SessionRow[] = [];
      for (let page = await this.#api.sessions(); page.data.length > 0;) {
        rows.push(...page.data);
        page = await this.#api.sessions(page.data.at(-1)!.sessionId);
      }
      this.rows = rows.sort(
        (a, b) =>
          Number(b.current) - Number(a.current) || Date.parse(b.lastSeenAt) - Date.parse(a.lastSeenAt),
      );
      this.status = 'ready';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.status = 'failed';
    }
  }

  /** If it is gone, it was ended elsewhere, as intended. */
  async end(sessionId: string): Promise<void> {
    try {
      await this.#api.endSession(sessionId);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    this.rows = this.rows.filter((row) => row.sessionId !== sessionId);
  }

  async endOthers(): Promise<void> {
    await this.#api.endOtherSessions();
    this.rows = this.rows.filter((row) => row.current);
  }
}
