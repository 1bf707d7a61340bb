// Opens the documentation pages in Chromium: nothing is blocked, nothing comes from another host, and everything works.
//
//   node browser.js PROGRAM      CHROMIUM: a browser other than /usr/bin/chromium

import axe from "axe-core";
import { chromium } from "playwright-core";
import { check, finish } from "./checks.js";
import { withServer } from "./server.js";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Opens a page and works with it. Returns all errors, policy violations and requests to other hosts. */
async function visit(address, options, work) {
  const page = await browser.newPage(options);
  const faults = [];
  const { origin } = new URL(address);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`a request to ${url}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.effectiveDirective} blocked ${event.blockedURI || event.sample}`),
    );
  });
  await page.goto(address, { waitUntil: "networkidle" });
  await work?.(page, faults);
  faults.push(...(await page.evaluate(() => window.violations)));
  await page.close();
  return faults;
}

async function fits(page, faults) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (excess > 0) faults.push(`${excess} px wider than the screen`);
}

async function isAccessible(page, faults) {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((part) => (part.open = true)));
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  faults.push(...violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`));
}

/** Makes a call with Swagger UI. Returns the status and the body that it shows. */
async function tryOut(page, path, body) {
  const block = page.locator(".opblock").filter({ has: page.locator(`[data-path="${path}"]`) });
  await block.locator(".opblock-summary-control").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
  await block.getByRole("button", { name: "Execute" }).click();
  const live = block.locator(".live-responses-table .response").first();
  const status = await live.locator(".response-col_status").innerText();
  const text = await live.locator(".microlight, .highlight-code code").first().innerText();
  return [Number.parseInt(status, 10), JSON.parse(text)];
}

async function useSwagger(page, faults) {
  const expect = (what, actual, expected) => {
    if (actual !== expected) faults.push(`${what}: ${actual}, not ${expected}`);
  };
  const credentials = { email: "ada@example.org", password: "correct horse" };
  const [created] = await tryOut(page, "/auth/sing-up", { firstName: "Ada", ...credentials });
  expect("sing-up", created, 201);
  const [refused] = await tryOut(page, "/profile/update", { lastName: "Lovelace" });
  expect("without a token", refused, 401);
  const [loggedIn, { token }] = await tryOut(page, "/auth/login", credentials);
  expect("login", loggedIn, 201);

  await page.locator(".auth-wrapper .authorize").click();
  await page.locator(".modal-ux input").first().fill(token);
  await page.locator(".modal-ux").getByRole("button", { name: "Apply credentials" }).click();
  await page.locator(".modal-ux").getByRole("button", { name: "Close" }).click();
  const [updated] = await tryOut(page, "/use-cases/mark-as-deleted", { companionId: crypto.randomUUID() });
  expect("with the token", updated, 200);
}

await withServer(process.argv[2], async (base) => {
  for (const path of ["/doc", "/doc/websocket"]) {
    for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      await check(`${path} loads without errors and fits a ${size} screen`, () =>
        visit(`${base}${path}`, { viewport }, fits),
      );
    }
  }
  for (const colorScheme of ["light", "dark"]) {
    await check(`/doc/websocket is accessible, ${colorScheme}`, () =>
      visit(`${base}/doc/websocket`, { colorScheme }, isAccessible),
    );
  }
  await check("Swagger UI signs up, logs in, authorizes and calls", () =>
    // The browser logs the call without a token, which is meant to fail.
    visit(`${base}/doc`, { viewport: WIDE }, useSwagger).then((faults) =>
      faults.filter((fault) => !fault.includes("status of 401")),
    ),
  );
  await check("links in the table of contents scroll to their sections", () =>
    visit(`${base}/doc/websocket`, { viewport: WIDE }, async (page, faults) => {
      await page.getByRole("navigation").getByRole("link", { name: "privateMessage" }).click();
      const top = await page.locator("#privateMessage").evaluate((section) => section.getBoundingClientRect().top);
      if (top < 0 || top > WIDE.height / 2) faults.push(`the section is at ${top} px`);
    }),
  );
  for (const path of ["/", "/doc", "/doc/websocket"]) {
    await check(`${path} does not run an injected script`, async () => {
      const faults = await visit(`${base}${path}`, {}, (page) =>
        page.evaluate(() => {
          const script = document.createElement("script");
          script.textContent = "window.smuggled = true";
          document.body.append(script);
          if (window.smuggled) throw new Error("it ran");
        }),
      );
      return faults.some((fault) => fault.includes("script-src-elem blocked inline")) ? [] : ["no violation", ...faults];
    });
  }
});

await browser.close();
finish();
