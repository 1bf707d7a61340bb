// The dialogs by name, each loaded when it is first opened. A dialog is a component with `onclose` and its own props.
import type { Component } from 'svelte';

const loaders = {
  confirm: () => import('./parts/Confirm.svelte'),
  confirmPassword: () => import('./account/ConfirmPassword.svelte'),
  emoji: () => import('./emoji/EmojiPicker.svelte'),
  readers: () => import('./conversation/Readers.svelte'),
  settings: () => import('./settings/Settings.svelte'),
  shortcuts: () => import('./conversation/Shortcuts.svelte'),
  newGroup: () => import('./groups/NewGroup.svelte'),
  addPeople: () => import('./groups/AddPeople.svelte'),
  groupInfo: () => import('./groups/GroupInfo.svelte'),
  renameGroup: () => import('./groups/RenameGroup.svelte'),
  personInfo: () => import('./people/PersonInfo.svelte'),
  blockedPeople: () => import('./people/BlockedPeople.svelte'),
};

type Name = keyof typeof loaders;
type Loaded<N extends Name> = Awaited<ReturnType<(typeof loaders)[N]>>['default'];
type Given<N extends Name> = Loaded<N> extends Component<infer Props> ? Omit<Props, 'onclose'> : never;

interface Open {
  component: Component<{ onclose: () => void }>;
  props: object;
}

export class Dialogs {
  /** The open dialogs, the topmost last. */
  open = $state.raw<Open[]>([]);
  #coming: Name | null = null;

  #onFailed: () => void;

  /** `onFailed`: a dialog could not be loaded. */
  constructor(onFailed: () => void) {
    this.#onFailed = onFailed;
  }

  async show<N extends Name>(name: N, props: Given<N>): Promise<void> {
    if (this.#coming === name) return; // asked for twice before it came
    this.#coming = name;
    const loaded = await loaders[name]().catch(() => null);
    this.#coming = null;
    if (!loaded) return this.#onFailed();
    this.open = [...this.open, { component: loaded.default as Open['component'], props }];
  }

  close(dialog: Open): void {
    this.open = this.open.filter((each) => each !== dialog);
  }

  closeAll(): void {
    this.open = [];
  }
}
