// What one person's messenger needs of the application around it.
import type { Api } from '../api/endpoints';
import type { Renewed } from '../protocol/session';
import type { Environment } from '../socket/environment';
import type { Database } from './database';
import type { Session } from './session.svelte';

export interface MessengerHost {
  session: Session;
  api: Api;
  database: Promise<Database>;
  environment: Environment;
  url: string;
  /** Gets a newer token than this one into the session. */
  renew(stale: string): Promise<Renewed>;
  /** The connection was lost, and is back. */
  onResumed(): void;
  onUnauthorized(): void;
}
