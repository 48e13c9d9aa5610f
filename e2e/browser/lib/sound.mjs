/** Sounds to log. */
const RATE = 8000;

/** A tone of a second for each given volume, 0 to 32767, as a WAV file of 16 bits. */
export function wav(hertz, volumes = [2e4]) {
  const samples = RATE * volumes.length;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples * 2, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples * 2, 40);
  const body = Buffer.alloc(samples * 2);
  for (let at = 0; at < samples; at += 1) body.writeInt16LE(Math.sin((at / RATE) * hertz * 2 * Math.PI) * volumes[Math.floor(at / RATE)], at * 2);
  return Buffer.concat([head, body]);
}
