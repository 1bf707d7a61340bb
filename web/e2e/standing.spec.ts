// The scroll position in a chat: changes of size do not move it.
import { devices, type Locator } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import type { Person } from './support/person';
import { logIn, signUp } from './support/rest';

const { viewport, hasTouch, isMobile, deviceScaleFactor } = devices['iPhone 13']!;
const phone = { viewport, hasTouch, isMobile, deviceScaleFactor };
const long = (n: number) => `${n}: ${'a long story, '.repeat(6 + 9 * (n % 5))}`;

test('at the end one stays at the end, whatever grows', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  for (let n = 1; n <= 12; n++) await bob.write(long(n));
  await ann.visit(bob);
  await expect(bob.message('12: a long')).toContainText('Seen');
  await slow(ann, 12);
  await ann.page.reload();
  await expect(ann.message('12: a long')).toBeInViewport();
  await expectEnd(ann);

  await react(bob, '12: a long');
  await expect(ann.message('12: a long')).toContainText('👍');
  await expectEnd(ann);

  await ann.composer.fill('one\ntwo\nthree\nfour\nfive\nsix');
  await expectEnd(ann);
  await ann.composer.press('x');
  await expectEnd(ann);
  await ann.composer.fill('');
  await expectEnd(ann);

  // A keyboard comes, and the phone is turned.
  await ann.page.setViewportSize({ width: viewport.width, height: 330 });
  await expectEnd(ann);
  await ann.page.setViewportSize({ width: 664, height: 390 });
  await expectEnd(ann);
  await ann.page.setViewportSize(viewport);
  await expectEnd(ann);

  await bob.write(`${'news, '.repeat(90)}\nthe end`);
  await expect(ann.message('the end')).toBeVisible();
  await expectEnd(ann);
});

test('further up nothing moves, whatever grows', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  await wrote(ann, bob, 30);
  for (let n = 1; n <= 4; n++) await bob.write(long(n));
  await ann.visit(bob);
  const button = ann.page.getByRole('button', { name: 'Go to newest messages' });
  await expect(async () => {
    if (await button.isVisible()) await button.click({ timeout: 1000 });
    await expect(ann.message('4: a long')).toBeInViewport({ timeout: 1000 });
  }).toPass();
  await expectEnd(ann);
  const read = ann.message(/2: a long/);
  await read.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await expect(button).toBeVisible();
  const before = await settled(read);
  await react(bob, '4: a long');
  await expect(ann.message('4: a long')).toContainText('👍');
  await ann.composer.fill('one\ntwo\nthree\nfour\nfive\nsix');
  await bob.write('news');
  await expect(button).toHaveText('1');
  expect(await settled(read)).toEqual(before);
});

test('where more is unread than fits, one begins where it begins', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  await bob.write('known');
  await ann.visit(bob);
  await expect(bob.message('known')).toContainText('Seen');
  await ann.goHome();
  for (let n = 1; n <= 8; n++) await bob.write(long(n));
  await expect(ann.chat('Bob')).toContainText('8 unread messages');
  await slow(ann, 12);
  await ann.chat('Bob').tap();
  await expect(ann.page.locator('.unread')).toBeInViewport();
  await expect(ann.message('1: a long')).toBeInViewport({ ratio: 1 });
  await expect(ann.page.getByRole('button', { name: /Go to newest/ })).toBeVisible();
  await ann.page.setViewportSize({ width: 664, height: 390 });
  await expect(ann.message('1: a long')).toBeInViewport();
});

test.describe('among the people of the demo', () => {
  test.use({ demo: true });

  test('each conversation that is read opens at its end', async ({ arrive, server }) => {
    const anna = await arrive(await logIn(server.origin, 'anna@example.org', 'hearth demo'), phone);
    await anna.goHome();
    await slow(anna, 8);
    const links = anna.chats.locator('a[href*="/chat/"]');
    await expect(links.first()).toBeVisible();
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    for (const path of paths.slice(0, 4)) {
      await read(anna, path);
      await anna.page.goto(path);
      await expect(anna.messages.last()).toBeVisible();
      await expectEnd(anna);
    }
  });
});

/** Reads a chat to its end, however late the client goes to what is unread. */
async function read(person: Person, path: string): Promise<void> {
  const button = person.page.getByRole('button', { name: 'Go to newest messages' });
  await expect(async () => {
    await person.page.goto(path);
    await expect(person.messages.last()).toBeVisible();
    if (await button.isVisible()) await button.click();
    await expectEnd(person);
    await person.goHome();
    await expect(person.chats.locator(`.unread[href="${path}"]`)).toHaveCount(0);
  }).toPass();
}

async function react(person: Person, message: string): Promise<void> {
  const item = person.page.locator('.item').filter({ has: person.message(message) });
  await person.message(message).hover();
  await item.getByRole('button', { name: 'Message menu' }).click();
  await person.page.getByRole('group', { name: 'React' }).getByText('👍').click();
}

async function slow(person: Person, rate: number): Promise<void> {
  const devtools = await person.page.context().newCDPSession(person.page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
}

/** The box of an element once it has stopped moving. */
async function settled(locator: Locator) {
  let last: Awaited<ReturnType<Locator['boundingBox']>> = null;
  await expect(async () => {
    const before = last;
    last = await locator.boundingBox();
    expect(last).toEqual(before);
  }).toPass({ intervals: [200] });
  return last;
}

async function expectEnd(person: Person): Promise<void> {
  const below = () =>
    person.history.evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );
  await expect.poll(below).toBeLessThan(2);
}
