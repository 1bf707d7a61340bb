// What a dictionary has. English sets the pattern: what another language lacks is a type error.
import type { en } from './en';

export type Strings = typeof en;
