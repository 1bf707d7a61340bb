// A link to one of two real disks of this machine: a server that watches it sees its disk fill up when the link leads to
// the other one.
import { readFileSync, renameSync, statfsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const MB = 1_000_000;

export class Disk {
  #link: string;
  #folder: string;
  #roomy: string;
  #tight: string;
  #stop: number;

  /** A disk with room. `folder` holds the link. */
  constructor(folder: string) {
    const disks = mountPoints()
      .map((path) => ({ path, free: freeMb(path) }))
      .filter((disk) => !Number.isNaN(disk.free))
      .sort((one, other) => one.free - other.free);
    const [tight, roomy] = [disks[0]!, disks.at(-1)!];
    this.#folder = folder;
    this.#link = join(folder, 'disk');
    [this.#tight, this.#roomy] = [tight.path, roomy.path];
    this.#stop = Math.floor(tight.free + (roomy.free - tight.free) / 4);
    this.free();
  }

  /** What makes a server watch it. */
  get env(): NodeJS.ProcessEnv {
    return {
      HEARTH_STORAGE__WATCH: this.#link,
      HEARTH_STORAGE__STOP_MB: String(this.#stop),
      HEARTH_STORAGE__WARN_PERCENT: '0',
    };
  }

  fill(): void {
    this.#leadTo(this.#tight);
  }

  free(): void {
    this.#leadTo(this.#roomy);
  }

  #leadTo(disk: string): void {
    const next = join(this.#folder, 'next');
    symlinkSync(disk, next);
    renameSync(next, this.#link);
  }
}

function mountPoints(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? []);
}

/** NaN if it cannot be measured. */
function freeMb(path: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(path);
    return blocks === 0 ? NaN : (bavail * bsize) / MB;
  } catch {
    return NaN;
  }
}
