// The program under test: on a free port, with a database of its own, which it finds again when it is started anew.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Disk } from './disk';

const program = resolve(process.env.HEARTH ?? join(import.meta.dirname, '../../../target/release/hearth'));

export class Server {
  origin = '';
  readonly disk: Disk;
  #folder: string;
  #process: ChildProcess | undefined;
  #port = '0';
  #config: NodeJS.ProcessEnv;

  private constructor(folder: string, config: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#config = config;
    this.disk = new Disk(folder);
  }

  static async start(config: NodeJS.ProcessEnv = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'hearth-e2e-')), config);
    await server.start();
    return server;
  }

  /** A server with the people of `hearth demo`. */
  static async demo(config: NodeJS.ProcessEnv = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'hearth-e2e-')), config);
    const { status, stderr } = spawnSync(program, ['demo'], { env: server.#env });
    if (status !== 0) throw new Error(`hearth demo: ${stderr}`);
    await server.start();
    return server;
  }

  /** Resolves when it listens: where it did before, if it was stopped. */
  async start(): Promise<void> {
    const child = spawn(program, {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#process = child;
    const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended`)));
    failed.catch(() => undefined); // it ends some time
    for await (const line of createInterface(child.stdout)) {
      const address = /listens on \S+:(\d+)/.exec(line);
      if (!address) continue;
      this.#port = address[1]!;
      this.origin = `http://127.0.0.1:${this.#port}`;
      child.stdout.resume();
      return;
    }
    await failed;
  }

  /** As when the power goes. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#folder, { recursive: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  get #env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...this.disk.env,
      HEARTH_SERVER__LISTEN: `127.0.0.1:${this.#port}`,
      HEARTH_DATABASE__URL: `sqlite://${join(this.#folder, 'hearth.db')}`,
      HEARTH_LIMITS__ENABLED: 'false',
      HEARTH_AUTH__TOKEN_HOURS: '1',
      HEARTH_LOG__FORMAT: 'text',
      ...this.#config,
    };
  }
}
