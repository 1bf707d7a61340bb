// The frames that the server's tests recorded. Each must match the AsyncAPI document, from which the client's types are
// generated, and the client must decode and apply it.
import { Ajv, type AnySchema } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, expect, test, vi } from 'vitest';
import { decode } from '../src/protocol/frames';
import { Replay, type Event } from './support/replay';
import { ME } from './support/rows';
import { read, samples, type Sample } from './support/samples';

afterEach(() => void vi.unstubAllGlobals());

interface Document {
  components: { messages: Record<string, { payload: { $ref: string } }>; schemas: Record<string, AnySchema> };
}

const document = read<Document>('asyncapi');
const ajv = new Ajv({ strict: false, inlineRefs: false, code: { optimize: false } });
addFormats.default(ajv);
ajv.addSchema(document, 'asyncapi');

const kind = ({ name }: Sample) => name.split(' ').at(-1)!;
const isCall = (sample: Sample) => kind(sample) === 'call';
const answered = (all: Sample[]) =>
  new Set(all.map(({ name }) => name).filter((name) => name.endsWith('answer')));

test.each(['hearth', 'frames'] as const)(
  '%s.json: each frame matches the document',
  (file) => {
    const all = samples(file);
    const accepted = answered(all);
    // A request that was refused may be wrong.
    const checked = all.filter(
      (sample) =>
        !isCall(sample) &&
        (kind(sample) !== 'request' || accepted.has(sample.name.replace(/request$/, 'answer'))),
    );
    const protocol = file === 'frames' ? 'auth' : 'hearth';
    for (const sample of checked) {
      const key = kind(sample) === 'refusal' ? 'refusal' : `${sample.frame.type}.${kind(sample)}`;
      const message = document.components.messages[`${protocol}.${key}`];
      expect(message, `${sample.name}: the document has it`).toBeDefined();
      const validate = ajv.getSchema(`asyncapi${message!.payload.$ref}`)!;
      expect(validate(sample.frame), `${sample.name}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    }
    expect(checked.length).toBeGreaterThan(50);
  },
  30_000,
);

test('the client decodes each frame as what it is', () => {
  const incoming = samples('hearth').filter((sample) =>
    ['answer', 'refusal', 'broadcast'].includes(kind(sample)),
  );
  for (const sample of incoming) {
    const decoded = decode(JSON.stringify({ id: 1, ...sample.frame }));
    expect(decoded?.kind, sample.name).toBe(kind(sample));
  }
});

test("the frames to Ann's phone become the chats that it shows, until they are gone", async () => {
  const told = samples('hearth').filter(({ sockets }) => sockets.includes("ann's phone"));
  const events = told.map(({ frame }) => ({ in: frame }) as Event);
  const hidden = told.findIndex(({ frame }) => frame.type === 'dialogHidden');
  const replay = new Replay(ME);
  const { messenger } = replay;
  void messenger.open();
  await replay.play([{ open: true }, ...events.slice(0, hidden)], {});
  const shown = messenger.chats.list.map((chat) => [chat.groupName ?? chat.partnerName, chat.content]);
  expect(shown).toEqual([
    ['Bob', 'On my way'],
    ['Tea and cake', 'Dan renamed the group'],
  ]);
  await replay.play(events.slice(hidden), {});
  expect(messenger.chats.list).toEqual([]);
  expect(messenger.privacy.presence).toBe(false);
  messenger.close();
});
