// On a phone: one pane at a time, everything by touch.
import { devices } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import { signUp } from './support/rest';

const { viewport, hasTouch, isMobile, deviceScaleFactor } = devices['iPhone 13']!;
const phone = { viewport, hasTouch, isMobile, deviceScaleFactor };

test('the list gives way to the conversation, and comes back', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await wrote(bob, ann, 2);
  await ann.goHome();
  await ann.chat('Bob').tap();
  await expect(ann.message('message 2')).toBeInViewport();
  await expect(ann.chats).toBeHidden();
  await ann.page.getByRole('button', { name: 'Back to chats' }).tap();
  await expect(ann.chats).toBeVisible();
  await expect(ann.composer).toBeHidden();
  await ann.chat('Bob').tap();
  await expect(ann.message('message 2')).toBeInViewport();
  await ann.page.goBack();
  await expect(ann.chats).toBeVisible();
});

test('Enter begins a line, the button sends', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await ann.visit(bob);
  await ann.composer.fill('one');
  await ann.composer.press('Enter');
  await ann.composer.pressSequentially('two');
  await expect(ann.composer).toHaveValue('one\ntwo');
  await ann.page.getByRole('button', { name: 'Send' }).tap();
  await expect(ann.message('two')).toContainText('Sent');
});

test('a tap on a message opens what can be done with it', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await ann.message('message 1').tap();
  await ann.page.getByRole('menuitem', { name: 'Reply' }).tap();
  await expect(ann.page.getByText('Reply to Bob')).toBeVisible();
});

test('a conversation opens at its very end, and stays there, on a slow phone, too', async ({
  meet,
  arrive,
  server,
}) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  for (let n = 1; n <= 8; n++) await bob.write(`${n}: ${'a long story, '.repeat(12 * n)}`);
  await bob.write('the end');
  await ann.visit(bob);
  await expect(bob.message('the end')).toContainText('Seen');
  const devtools = await ann.page.context().newCDPSession(ann.page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 12 });
  const below = () =>
    ann.history.evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );

  await ann.page.reload();
  await expect(ann.message('the end')).toBeInViewport();
  await expect.poll(below).toBeLessThan(2);
  await bob.write(`and ${'another story, '.repeat(60)}\nreally the end`);
  await expect(ann.message('really the end')).toBeVisible();
  await expect.poll(below).toBeLessThan(2);
});

test('what is unread is shown to its end where it fits', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), phone);
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  for (let n = 1; n <= 8; n++) await bob.write(`${n}: ${'a long story, '.repeat(12 * n)}`);
  await ann.visit(bob);
  await expect(bob.message('8: a long')).toContainText('Seen');
  await ann.goHome();
  await bob.write(`${'one more, '.repeat(20)}`);
  await bob.write(`${'and one more, '.repeat(10)}\nthe end`);
  await expect(ann.chat('Bob')).toContainText('2 unread messages');
  const devtools = await ann.page.context().newCDPSession(ann.page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 20 });
  await ann.chat('Bob').tap();
  await expect(ann.message('the end')).toBeInViewport({ ratio: 1 });
  await expect(bob.message('the end')).toContainText('Seen');
});

test('where less motion is wanted, nothing moves', async ({ arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), { reducedMotion: 'reduce' });
  await ann.goHome();
  await ann.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
  await expect(ann.page.getByRole('dialog')).toBeVisible();
  const moving = () =>
    document.getAnimations().filter((each) => Number(each.effect?.getComputedTiming().activeDuration) > 50)
      .length;
  expect(await ann.page.evaluate(moving)).toBe(0);
});
