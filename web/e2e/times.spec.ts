// When something was, as people read it: on this day, in their script, by the clock that counts.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import { signUp } from './support/rest';

/** From about noon, to tomorrow. */
const NEXT_DAY = 24 * 3_600_000;

test('what was today is yesterday after midnight, with nothing touched', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.page.clock.install();
  await ann.visit(bob);
  await expect(ann.history.getByRole('heading')).toHaveText('Today');
  await expect(ann.chat('Bob').locator('time')).toHaveText(/^\d\d:\d\d$/);
  await ann.page.clock.fastForward(NEXT_DAY);
  await expect(ann.history.getByRole('heading')).toHaveText('Yesterday');
  await expect(ann.chat('Bob').locator('time')).toHaveText(/^\w{3}$/);
});

test('a page that slept over midnight tells it when it is looked at again', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.page.clock.install();
  await ann.visit(bob);
  await expect(ann.history.getByRole('heading')).toHaveText('Today');
  await ann.page.clock.setSystemTime(Date.now() + NEXT_DAY);
  await ann.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(ann.history.getByRole('heading')).toHaveText('Yesterday');
});

test('"For 1 hour" ends in an hour by the server, whatever the device says', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.page.clock.install({ time: Date.now() - 5 * 3_600_000 });
  const asked = new Promise<string>((resolve) => {
    ann.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const { type, params } = JSON.parse(String(payload));
        if (type === 'muteChat') resolve(params.until);
      }),
    );
  });
  await ann.visit(bob);
  await ann.pickHere('Mute…', 'For 1 hour');
  const hours = (Date.parse(await asked) - Date.now()) / 3_600_000;
  expect(Math.round(hours * 10) / 10).toBe(1);
  await expect(ann.chat('Bob').getByTitle('Muted')).toBeVisible();
});

test('the time of a right-to-left message reads in order', async ({ meet, arrive, server }) => {
  const ann = await arrive(await signUp(server.origin, 'Ann'), { locale: 'en-US' });
  const [bob] = await meet('Bob');
  await bob.visit(ann);
  await bob.write('שלום לכולם, מה שלומכם היום?');
  await ann.visit(bob);
  const time = ann.message('שלום').locator('time');
  await expect(time).toHaveText(/^\d{1,2}:\d\d\s[AP]M$/);
  const digitsBeforeHalf = await time.evaluate((element) => {
    const text = element.firstChild!;
    const left = (from: number, to: number) => {
      const range = document.createRange();
      range.setStart(text, from);
      range.setEnd(text, to);
      return range.getBoundingClientRect().left;
    };
    const { length } = text.textContent!;
    return left(0, 1) < left(length - 2, length);
  });
  expect(digitsBeforeHalf).toBe(true);
});
