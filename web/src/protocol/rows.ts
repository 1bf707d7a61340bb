// Types derived from the generated ones.
import type { ChatRow, Row, SetRole } from './socket';

export type Role = SetRole['role'];

/** A chat's counters. A gap in them means that something was missed. */
export type Counters = Pick<ChatRow, 'lastSeq' | 'revision'>;

/** A row in an answer or broadcast, which carries its chat's counters. Rows in history do not. */
export type CountedRow = Row & Counters;

/** What the client knows of a chat, as sent to the server. */
export type KnownChat = Pick<ChatRow, 'chat' | 'state'> & Counters;
