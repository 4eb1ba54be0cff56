// A quiet tone of two notes, made on the spot: nothing is loaded.

const NOTES = [
  { hertz: 587.33, at: 0 },
  { hertz: 880, at: 0.09 },
];
const LOUDNESS = 0.06;
/** Several messages at once sound once. */
const PAUSE_MS = 1_500;

let context: AudioContext | undefined;
let last = 0;

export async function playTone(now = Date.now()): Promise<void> {
  if (now - last < PAUSE_MS || !globalThis.AudioContext) return;
  last = now;
  context ??= new AudioContext();
  // Browsers let a page sound only after somebody has touched it.
  if (context.state === "suspended") await context.resume().catch(() => undefined);
  if (context.state !== "running") return;
  for (const { hertz, at } of NOTES) note(context, hertz, context.currentTime + at);
}

function note(audio: AudioContext, hertz: number, start: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.32);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.34);
}
