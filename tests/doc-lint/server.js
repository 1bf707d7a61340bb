// A server for a test, on a free port with an empty database.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** Runs the program while `work` runs, with the server's URL. */
export async function withServer(program, work) {
  const folder = await mkdtemp(join(tmpdir(), "hearth-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const env = {
    ...process.env,
    HEARTH_SERVER__LISTEN: listen,
    HEARTH_DATABASE__URL: `sqlite://${join(folder, "hearth.db")}`,
  };
  const server = spawn(resolve(program), { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(server, "exit");
  try {
    const base = `http://${listen}`;
    while (!(await fetch(`${base}/readyz`).then((reply) => reply.ok, () => false))) {
      if (server.exitCode !== null) throw new Error(`${program} exited`);
      await setTimeout(50);
    }
    await work(base);
  } finally {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  }
}
