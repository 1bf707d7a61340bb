// The rows and items of the extended protocol, `hearth`, as they come over the wire.
import type { ChatRef } from './chat';

export type Role = 'owner' | 'admin' | 'member';

/** What a notice says; worded by the client, in the reader's language. */
export interface ChatEvent {
  kind: 'created' | 'added' | 'left' | 'removed' | 'renamed' | 'role';
  /** The person it is about; null where that is the sender. */
  userId: string | null;
  firstName: string | null;
  lastName: string | null;
  /** The new name, of `renamed` alone. */
  groupName: string | null;
  /** The new role, of `role` alone. */
  role: Role | null;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** Absent in broadcasts: one frame serves all. */
  mine?: boolean;
}

export interface Quote {
  messageId: string;
  seq: number;
  senderId: string;
  /** With `content`: empty if the quoted message is deleted or hidden. */
  senderName: string;
  content: string;
}

/** A message or notice: in history, acknowledgements, broadcasts and changes. */
export interface Row {
  messageId: string;
  senderId: string;
  senderName: string;
  senderLastName: string;
  receiverId?: string;
  receiverName?: string;
  notification?: boolean;
  groupId?: string;
  groupName?: string;
  content: string;
  createdAt: string;
  chat: ChatRef;
  seq: number;
  event: ChatEvent | null;
  editedAt: string | null;
  deletedAt: string | null;
  replyTo: Quote | null;
  reactions: Reaction[];
}

/** A chat's counters: they tell whether anything was missed. */
export interface Counters {
  /** Grows with each message or notice. */
  lastSeq: number;
  /** Grows with each edit, deletion or reaction. */
  revision: number;
}

/** With its chat's counters; notices also tell how many members there are now. */
export type CountedRow = Row & Counters & { memberCount?: number };

/** A row of the chat list: the chat, and its newest message. */
export interface ListRow extends Counters {
  messageId: string;
  senderId: string;
  senderName: string;
  senderLastName: string;
  receiverId: string | null;
  receiverName: string | null;
  receiverLastName: string | null;
  groupId: string | null;
  groupName: string | null;
  content: string;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
  chat: ChatRef;
  seq: number;
  event: ChatEvent | null;
  editedAt: string | null;
  replyTo: Quote | null;
  reactions: Reaction[];
  /** Grows with what one did oneself: reads, hides, mutes; with one's role, and when the dialog's partner reads. */
  state: number;
  readUpTo: number;
  hiddenUpTo: number;
  unreadCount: number;
  mutedUntil: string | null;
  partnerId?: string;
  partnerName?: string;
  partnerLastName?: string;
  partnerReadUpTo?: number;
  /** The partner's account is gone. */
  deleted?: boolean;
  /** By oneself. */
  blocked?: boolean;
  role?: Role;
  memberCount?: number;
}

export interface Member {
  userId: string;
  firstName: string;
  lastName: string;
  role: Role;
  joinedAt: string;
  /** Null in groups above 100 members. */
  readUpTo: number | null;
}

export interface Person {
  userId: string;
  firstName: string;
  lastName: string;
}

export interface Presence {
  userId: string;
  online: boolean;
  lastSeenAt: string | null;
}

export interface Bounds {
  firstName: number;
  lastName: number;
  groupName: number;
  content: number;
  notice: number;
  groupMembers: number;
  passwordMin: number;
  page: number;
  known: number;
  watched: number;
  reactions: number;
  changes: number;
  receiptsUpTo: number;
  frameBytes: number;
  inFlight: number;
  framesPerSecond: number | null;
  searchText: number;
}

/** What others may learn of oneself. Each works both ways. */
export interface Privacy {
  /** When one is online, and when one types. */
  presence: boolean;
  readReceipts: boolean;
}

/** The first frame of a connection. */
export interface Hello {
  userId: string;
  firstName: string;
  lastName: string;
  email: string;
  sessionId: string;
  serverTime: string;
  expiresAt: string;
  /** Changes when a backup was restored: what was known before is void. */
  epoch: string | number;
  heartbeatSeconds: number;
  unreadTotal: number;
  bounds: Bounds;
  /** Absent where the server has no such choice: everything is shown. */
  privacy?: Privacy;
}
