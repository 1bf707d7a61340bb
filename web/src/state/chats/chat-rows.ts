// The chat list in the database, a record per chat. Only changes are written.
import type { ChatKey } from '../../protocol/chat';
import type { ChatRow } from '../../protocol/socket';
import type { Database } from '../device/database';

interface Changes {
  user: string;
  epoch: string;
  changed: [ChatKey, ChatRow][];
  gone: ChatKey[];
}

export async function readChats(
  db: Database,
  user: string,
): Promise<{ epoch: string; rows: ChatRow[] } | null> {
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
