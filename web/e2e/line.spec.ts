// Bad lines, restarts, sessions that end: nothing is lost, nothing comes twice, the order stays.
import { expect, test } from './support/fixtures';
import { Person } from './support/person';
import { endOtherSessions, logIn, PASSWORD } from './support/rest';

// What the browser logs when a test cuts the connection.
const cut = [/ERR_INTERNET_DISCONNECTED/, /ERR_CONNECTION_REFUSED/, /WebSocket connection to .* failed/];

test('what is written offline is sent when the line is back: once, in order', async ({ meet, faults }) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.write('one');
  await expect(ann.message('one')).toContainText('Seen');
  await ann.page.context().setOffline(true);
  for (const text of ['two', 'three', 'four']) await ann.write(text);
  await expect(ann.page.getByText('You are offline.').first()).toBeVisible();
  await expect(ann.messages).toHaveText([/one/, /two.*Sending/, /three.*Sending/, /four.*Sending/]);
  await bob.write('meanwhile');
  await ann.page.context().setOffline(false);
  await expect(bob.messages).toHaveText([/one/, /meanwhile/, /two/, /three/, /four/]);
  await expect(ann.messages).toHaveText([/one/, /meanwhile/, /two.*Seen/, /three.*Seen/, /four.*Seen/]);
  await expect(ann.page.getByText('You are offline.')).toHaveCount(0);
});

test('what waits to be sent survives that the page is closed', async ({ meet, server, faults }) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('one');
  await expect(ann.message('one')).toContainText('Sent');
  await server.kill();
  for (const text of ['two', 'three']) await ann.write(text);
  await expect(ann.messages).toHaveText([/one/, /two.*Sending/, /three.*Sending/]);
  await ann.page.close();
  await server.start();
  const page = await ann.page.context().newPage();
  await page.goto(`/chat/u/${bob.account.id}`);
  await expect(page.getByRole('article')).toHaveText([/one.*Sent/, /two.*Sent/, /three.*Sent/]);
  await bob.visit(ann);
  await expect(bob.messages).toHaveText([/one/, /two/, /three/]);
});

test('a server that dies and comes back in the middle loses nothing and doubles nothing', async ({
  meet,
  server,
  faults,
}) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  const texts = Array.from({ length: 12 }, (_, index) => `message ${index + 1}`);
  for (const [index, text] of texts.entries()) {
    await ann.write(text);
    if (index === 3) await server.kill();
    if (index === 8) await server.start();
  }
  const all = texts.map((text) => new RegExp(`${text}\\b`));
  await expect(bob.messages).toHaveText(all);
  await expect(ann.messages).toHaveText(texts.map((text) => new RegExp(`${text}\\b.*Seen`)));
  await ann.page.reload();
  await expect(ann.messages).toHaveText(all);
});

test('edits, deletions and reads of the time one was away are there on return', async ({ meet, faults }) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  for (const text of ['stays', 'to be edited', 'to be deleted']) await ann.write(text);
  await expect(bob.messages).toHaveCount(3);
  await bob.page.context().setOffline(true);
  await expect(bob.page.getByText('You are offline.').first()).toBeVisible();
  await ann.choose('Edit', 'to be edited');
  await ann.write('edited now');
  await ann.choose('Delete', 'to be deleted');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await ann.write('and new');
  await expect(ann.message('and new')).toContainText('Sent');
  await bob.page.context().setOffline(false);
  await expect(bob.messages).toHaveText([/stays/, /edited now/, /Message deleted/, /and new/]);
});

test('a session that is ended elsewhere ends here; what was not sent is sent after the next log-in', async ({
  meet,
  server,
  faults,
}) => {
  faults.expect(...cut, /status of 401/);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.page.context().setOffline(true);
  await ann.write('kept for later');
  await endOtherSessions(server.origin, await logIn(server.origin, ann.account.email));
  await ann.page.context().setOffline(false);
  await expect(ann.page.getByText('Your session has ended. Log in again to continue')).toBeVisible();
  await ann.page.getByLabel('Email').fill(ann.account.email);
  await ann.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await ann.page.keyboard.press('Enter');
  await expect(bob.messages).toHaveText([/kept for later/]);
});

test('the token is renewed before it expires, and the conversation goes on', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.page.clock.install();
  await ann.visit(bob);
  await expect(ann.page.getByText('Send the first message.')).toBeVisible();
  const renewed = ann.page.waitForResponse('**/api/auth/renew');
  await ann.page.clock.fastForward('50:00');
  expect((await renewed).status()).toBe(200);
  const token = () => ann.page.evaluate(() => JSON.parse(localStorage.getItem('hearth.session')!).token);
  await expect.poll(token).not.toBe(ann.account.token);
  await ann.page.reload();
  await ann.write('still here');
  await expect(ann.message('still here')).toContainText('Sent');
});

test('two tabs of one person show the same and send once', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  const tab = new Person(await ann.page.context().newPage(), ann.account);
  await ann.visit(bob);
  await tab.visit(bob);
  await bob.visit(ann);
  await ann.write('from one tab');
  await expect(tab.message('from one tab')).toContainText(/Sent|Seen/);
  await tab.write('from the other');
  await bob.write('heard both');
  const all = [/from one tab/, /from the other/, /heard both/];
  for (const person of [ann, tab, bob]) await expect(person.messages).toHaveText(all);
});

test('a line that is lost is told within three seconds, in one place each, and presence is hidden', async ({
  meet,
  faults,
}) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await bob.write('hello');
  await ann.write('hello');
  await expect(ann.header).toContainText('online');
  await ann.page.clock.install();
  await ann.page.context().setOffline(true);
  await ann.page.clock.runFor(3_000);
  await expect(ann.header).toContainText('You are offline');
  await expect(ann.header).not.toContainText('online');
  await expect(ann.page.getByText('You are offline. Messages will be sent')).toHaveCount(1);
  await ann.page.context().setOffline(false);
  await ann.page.clock.resume();
  await expect(ann.header).toContainText('online');
});
