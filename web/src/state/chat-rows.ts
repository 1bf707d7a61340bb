// The chat list in the database, a row a chat: what changes is written, not what there is.
import type { ChatKey } from '../protocol/chat';
import type { ListRow } from '../protocol/rows';
import type { Database } from './database';

interface Changes {
  user: string;
  epoch: string | number;
  changed: [ChatKey, ListRow][];
  gone: ChatKey[];
}

export async function readChats(
  db: Database,
  user: string,
): Promise<{ epoch: string | number; rows: ListRow[] } | null> {
  const [kept, chats] = await Promise.all([
    db.get('epochs', user),
    db.getAllFromIndex('chats', 'user', user),
  ]);
  return kept ? { epoch: kept.epoch, rows: chats.map(({ row }) => row) } : null;
}

export async function writeChats(db: Database, { user, epoch, changed, gone }: Changes): Promise<void> {
  const transaction = db.transaction(['epochs', 'chats'], 'readwrite');
  const chats = transaction.objectStore('chats');
  await Promise.all([
    transaction.objectStore('epochs').put({ user, epoch }),
    ...changed.map(([key, row]) => chats.put({ user, key, row })),
    ...gone.map((key) => chats.delete([user, key])),
    transaction.done,
  ]);
}
