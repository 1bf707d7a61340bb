// Messages from before the test, sent over the socket in order.
import { expect } from '@playwright/test';
import type { Person } from './person';

/** A person writes `count` messages to another: "message 1", "message 2" …, or with another text. */
export async function wrote(
  writer: Person,
  reader: Person,
  count: number,
  called = 'message',
): Promise<void> {
  if (writer.page.url() === 'about:blank') await writer.goHome();
  const stored = await writer.page.evaluate(
    ({ token, receiverId, count, called }) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/api/ws`, ['auth', token]);
        let answers = 0;
        socket.onopen = () => {
          for (let n = 1; n <= count; n++) {
            const params = { messageId: crypto.randomUUID(), receiverId, content: `${called} ${n}` };
            socket.send(JSON.stringify({ type: 'privateMessage', params }));
          }
        };
        socket.onmessage = ({ data }) => {
          if (!JSON.parse(data).success) return reject(new Error(data));
          if (++answers === count) resolve(answers);
        };
        socket.onclose = () => reject(new Error(`closed after ${answers} answers`));
      }),
    { token: writer.account.token, receiverId: reader.account.id, count, called },
  );
  expect(stored).toBe(count);
}
