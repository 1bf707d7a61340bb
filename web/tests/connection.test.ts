import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff } from '../src/socket/backoff';
import { broadcast, connection } from './support/socket';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it offers the protocol and the token, and is open after hello', () => {
  const { connection: line, last, told } = connection();
  line.start();
  expect(last().protocols).toEqual(['hearth', 'token 0']);
  last().hello();
  expect(told.statuses).toEqual(['connecting', 'open']);
  expect(told.hellos).toBe(1);
});

test('answers find their requests in any order, broadcasts the listener', async () => {
  const { connection: line, last, told } = connection();
  line.start();
  last().hello();
  const first = line.ask('groupMembers', { groupId: 'g', limit: 1, cursor: null });
  const second = line.ask('listLastMessage', { limit: 1 });
  last().answers(null, ['second']);
  last().sent.pop();
  last().answers(null, ['first']);
  last().says(broadcast('presence', { userId: 'u' }));
  expect((await first).data).toEqual(['first']);
  expect((await second).data).toEqual(['second']);
  expect(told.broadcasts).toEqual([{ type: 'presence', item: { userId: 'u' } }]);
});

test('a refusal fails its request with the code', async () => {
  const { connection: line, last } = connection();
  line.start();
  last().hello();
  const asked = line.ask('dropGroup', { groupId: 'g' });
  last().says({ error: true, type: 'dropGroup', id: 1, code: 'not_allowed', message: 'no' });
  await expect(asked).rejects.toMatchObject({ code: 'not_allowed', passing: false });
});

test('a lost line fails what waits, and comes back after a growing pause', async () => {
  const { connection: line, sockets, last, told } = connection();
  line.start();
  last().hello();
  const asked = line.ask('listLastMessage', { limit: 1 });
  last().drops();
  await expect(asked).rejects.toMatchObject({ code: 'closed', passing: true });
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  last().drops();
  vi.advanceTimersByTime(999);
  expect(sockets).toHaveLength(2);
  vi.advanceTimersByTime(1);
  last().hello();
  expect(told.statuses).toEqual([
    'connecting',
    'open',
    'waiting',
    'connecting',
    'waiting',
    'connecting',
    'open',
  ]);
});

test('pauses are jittered and bounded', () => {
  expect([backoff(0, 0), backoff(0, 1), backoff(3, 1)]).toEqual([250, 500, 4000]);
  expect(backoff(60, 1)).toBe(30_000);
});

test('4001 ends it if the session has ended, and only that', async () => {
  const { connection: line, sockets, last, told } = connection();
  line.start();
  last().drops(1008);
  vi.advanceTimersByTime(500);
  last().drops(4001);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sockets).toHaveLength(2);
  expect(told.unauthorized).toBe(1);
  expect(line.status).toBe('ended');
});

test('after a weekend the token is renewed, and the line opened with the new one', async () => {
  const { connection: line, sockets, last, told, device } = connection();
  device.renewed = 'renewed';
  line.start();
  last().drops(4001);
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.map((socket) => socket.protocols)).toEqual([
    ['hearth', 'token 0'],
    ['hearth', 'token 1'],
  ]);
  last().hello();
  expect(told.unauthorized).toBe(0);
  expect(line.status).toBe('open');
});

test('a renewal that nobody answers is tried again, and nobody is logged out', async () => {
  const { connection: line, sockets, last, told, device } = connection();
  device.renewed = 'unreachable';
  line.start();
  last().drops(4001);
  await vi.advanceTimersByTimeAsync(0);
  expect(line.status).toBe('waiting');
  await vi.advanceTimersByTimeAsync(500);
  expect(sockets).toHaveLength(2);
  expect(told.unauthorized).toBe(0);
});

test('a server that refuses new tokens as well is not asked in a hurry', async () => {
  const { connection: line, sockets, last, device } = connection();
  device.renewed = 'renewed';
  line.start();
  last().drops(4001);
  await vi.advanceTimersByTimeAsync(0);
  last().drops(4001);
  await vi.advanceTimersByTimeAsync(0);
  expect(line.status).toBe('waiting');
  expect(sockets).toHaveLength(2);
});

test('stopped while it renews, it stays stopped', async () => {
  const { connection: line, sockets, last, told, device } = connection();
  device.renewed = 'renewed';
  line.start();
  last().drops(4001);
  line.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sockets).toHaveLength(1);
  expect(told.unauthorized).toBe(0);
});

test('woken up while it connects, it waits for that no longer than for a living line', () => {
  const { connection: line, sockets, device } = connection();
  line.start();
  device.wake();
  vi.advanceTimersByTime(8_000);
  expect(sockets[0]!.closed).toBe(true);
  expect(line.status).toBe('waiting');
});

test('an answer that does not come in time drops the line', async () => {
  const { connection: line, sockets, last } = connection();
  line.start();
  last().hello({ heartbeatSeconds: 3600 });
  const asked = line.ask('listLastMessage', { limit: 1 });
  vi.advanceTimersByTime(20_000);
  await expect(asked).rejects.toMatchObject({ code: 'timeout' });
  expect(sockets[0]!.closed).toBe(true);
  expect(line.status).toBe('waiting');
});

test('after a silence it probes, and gives a dead line up', async () => {
  const { connection: line, last } = connection();
  line.start();
  last().hello();
  vi.advanceTimersByTime(30_000);
  expect(last().sent).toMatchObject([{ type: 'listLastMessage', params: { limit: 0 } }]);
  last().answers(null, []);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(last().sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1 + 8_000);
  expect(line.status).toBe('waiting');
});

test('a hello that does not come in time is a failed attempt', () => {
  const { connection: line, told } = connection();
  line.start();
  vi.advanceTimersByTime(20_000);
  expect(told.statuses).toEqual(['connecting', 'waiting']);
});

test('offline is shown, yet attempts go on; waking tries at once', () => {
  const { connection: line, sockets, last, device } = connection();
  line.start();
  device.online = false;
  last().drops();
  expect(line.status).toBe('offline');
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  last().drops();
  device.online = true;
  device.wake();
  expect(sockets).toHaveLength(3);
});

test('waking makes sure that an open line lives', () => {
  const { connection: line, last, device } = connection();
  line.start();
  last().hello();
  device.wake();
  device.wake();
  expect(last().sent).toHaveLength(1);
});

test('what an abandoned socket still says is not heard', () => {
  const { connection: line, sockets, last, told } = connection();
  line.start();
  last().hello();
  line.stop();
  sockets[0]!.says(broadcast('presence', {}));
  sockets[0]!.drops(4001);
  expect(told).toMatchObject({ broadcasts: [], unauthorized: 0 });
  line.start();
  last().hello();
  expect(line.status).toBe('open');
});

test('nonsense is ignored', () => {
  const { connection: line, last } = connection();
  line.start();
  last().hello();
  for (const text of ['', 'null', '[]', '{"type":1}', '{"type":"x"}']) last().onmessage!({ data: text });
  expect(line.status).toBe('open');
});

test('a device that says it has no network waits two seconds for the server, also if it had just asked', async () => {
  const { connection: line, last, told, device } = connection();
  line.start();
  last().hello();
  device.wake();
  device.online = false;
  device.wake();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(told.statuses.at(-1)).toBe('open');
  await vi.advanceTimersByTimeAsync(1);
  expect(told.statuses.at(-1)).toBe('offline');
  line.stop();
});

test('a server at home that answers is not offline', async () => {
  const { connection: line, last, told, device } = connection();
  line.start();
  last().hello();
  device.online = false;
  device.wake();
  last().answers(null, []);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told.statuses.at(-1)).toBe('open');
  line.stop();
});
