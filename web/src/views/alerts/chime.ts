// A short synthesised sound: two soft tones, the second higher.

const NOTES = [
  { frequency: 659, at: 0 },
  { frequency: 880, at: 0.11 },
];
const LASTS = 0.35;
const LOUD = 0.12;
/** Messages that arrive together make one sound. */
const APART = 1.5;

let context: AudioContext | undefined;
let last = -Infinity;

/** Browsers allow no sound before the first user action; then the sound is skipped. */
export async function chime(): Promise<void> {
  if (navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  await context.resume();
  const now = context.currentTime;
  if (now - last < APART) return;
  last = now;
  for (const { frequency, at } of NOTES) play(context, frequency, now + at);
}

function play(context: AudioContext, frequency: number, start: number): void {
  const oscillator = new OscillatorNode(context, { frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUD, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, start + LASTS);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + LASTS);
}
