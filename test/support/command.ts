/** Commands of tests that have to succeed, and what they print. */

/** Runs a command and returns what it printed. Throws with what it said on stderr when it fails. */
export function must(command: string[]): Buffer {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  return stdout;
}

/** The first lines of a stream, as numbers; it goes on. */
export async function numbersOf(stream: ReadableStream<Uint8Array>, count: number): Promise<number[]> {
  const reader = stream.getReader();
  let text = "";
  while (text.split("\n").length <= count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  return text.split("\n").slice(0, count).map(Number);
}
