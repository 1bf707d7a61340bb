// The way in and out.
import { expect, test } from './support/fixtures';
import { kept } from './support/storage';
import { endOtherSessions, logIn, PASSWORD, signUp } from './support/rest';

const refusal = (status: number) => new RegExp(`status of ${status}`);

test('whoever signs up is in, and finds the way on', async ({ visitor }) => {
  const page = await visitor();
  await page.goto('/');
  await page.getByRole('link', { name: 'New here? Create an account' }).click();
  await expect(page).toHaveURL('/signup');
  await page.getByLabel('First name').fill('Ann');
  await page.getByLabel('Email').fill('ann@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('No chats yet')).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('what is wrong with a field is said in words, at the field', async ({ visitor }) => {
  const page = await visitor();
  await page.goto('/signup');
  const email = page.getByLabel('Email');
  const password = page.getByLabel('Password', { exact: true });
  await email.fill('ann at home');
  await password.fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  const name = page.getByLabel('First name');
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription('Fill in this field.');
  await expect(email).toHaveAccessibleDescription('Enter a valid email address.');
  await expect(password).toHaveAccessibleDescription('Use at least 8 characters.');
  await password.fill('long enough');
  await expect(password).toHaveAccessibleDescription('');
  await expect(password).not.toHaveAttribute('aria-invalid', 'true');
});

test('an e-mail that is taken is refused in words', async ({ visitor, server, faults }) => {
  faults.expect(refusal(409));
  await signUp(server.origin, 'Ann');
  const page = await visitor();
  await page.goto('/signup');
  await page.getByLabel('First name').fill('Anna');
  await page.getByLabel('Email').fill('ANN@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toHaveText(
    'An account with this email already exists. Log in or use another email.',
  );
});

test('a wrong password is refused in words, the right one opens', async ({ visitor, server, faults }) => {
  faults.expect(refusal(400));
  await signUp(server.origin, 'Ann');
  const page = await visitor();
  await page.goto('/login');
  await page.getByLabel('Email').fill('ann@example.org');
  await page.getByLabel('Password', { exact: true }).fill('a cup of coffee');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Wrong email or password. Try again.');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Chats' })).toBeVisible();
});

test('whoever logs in where a conversation was addressed gets there', async ({ visitor, meet, server }) => {
  const [bob] = await meet('Bob');
  await signUp(server.origin, 'Ann');
  const page = await visitor();
  await page.goto(`/chat/u/${bob.account.id}`);
  await page.getByLabel('Email').fill('ann@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  await expect(page).toHaveURL(`/chat/u/${bob.account.id}`);
});

test('logging out ends the session and leaves nothing behind, in every tab', async ({ meet, server }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('hello');
  await expect(ann.message('hello')).toContainText('Sent');
  await ann.composer.fill('a draft');
  const tab = await ann.page.context().newPage();
  await tab.goto('/');
  await expect(tab.getByRole('navigation', { name: 'Chats' })).toBeVisible();

  await ann.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'Log out' }).click();

  for (const page of [ann.page, tab]) await expect(page.getByLabel('Email')).toBeVisible();
  expect(await kept(ann.page)).toEqual({ storage: [], outbox: 0, chats: 0 });
  await expect(async () => {
    const headers = { authorization: `Bearer ${ann.account.token}` };
    expect((await fetch(`${server.origin}/api/sessions`, { headers })).status).toBe(401);
  }).toPass();
});

test('a session that is ended elsewhere ends here, and says so', async ({ meet, server, faults }) => {
  faults.expect(refusal(401));
  const [ann] = await meet('Ann');
  await ann.goHome();
  await expect(ann.page.getByText('No chats yet')).toBeVisible();
  const elsewhere = await logIn(server.origin, ann.account.email);
  await endOtherSessions(server.origin, elsewhere);
  await expect(ann.page.getByText('Your session has ended. Log in again to continue')).toBeVisible();
});
