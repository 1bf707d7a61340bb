// What a messenger calls as things happen. Whoever shows them listens here.
import type { PersonDeleted } from '../protocol/broadcasts';
import type { CountedRow } from '../protocol/rows';
import type { Arrival } from './alerts';

export class Listeners {
  /** Called with each message as it comes in, and with the newest of each chat after a gap. */
  onArrival: (arrival: Arrival) => void = () => {};
  /** Called when the person logs in elsewhere. */
  onSessionBegan: (userAgent: string) => void = () => {};
  /** Called with each message and notice, one's own too, as soon as it is known to be stored. */
  readonly onStored = new Set<(row: CountedRow) => void>();
  /** Called when the account of somebody is gone. */
  readonly onPersonDeleted = new Set<(news: PersonDeleted) => void>();
  /** Called with each message that was edited, deleted or reacted to. */
  readonly onChanged = new Set<(row: CountedRow) => void>();
}
