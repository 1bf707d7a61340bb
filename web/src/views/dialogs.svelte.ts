// The dialogs by name, each loaded when it is first opened. A dialog is a component with `onclose` and its own props.
import type { Component } from 'svelte';

const loaders = {
  confirm: () => import('./parts/Confirm.svelte'),
  emoji: () => import('./emoji/EmojiPicker.svelte'),
  readers: () => import('./conversation/Readers.svelte'),
  settings: () => import('./settings/Settings.svelte'),
  shortcuts: () => import('./conversation/Shortcuts.svelte'),
};

type Name = keyof typeof loaders;
type Loaded<N extends Name> = Awaited<ReturnType<(typeof loaders)[N]>>['default'];
type Given<N extends Name> = Loaded<N> extends Component<infer Props> ? Omit<Props, 'onclose'> : never;

export class Dialogs {
  /** The one that is open. */
  open = $state.raw<{ component: Component<{ onclose: () => void }>; props: object } | null>(null);

  async show<N extends Name>(name: N, props: Given<N>): Promise<void> {
    const { default: component } = await loaders[name]();
    this.open = { component: component as Component<{ onclose: () => void }>, props };
  }

  close = (): void => {
    this.open = null;
  };

  closeAll(): void {
    this.open = null;
  }
}
