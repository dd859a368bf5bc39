/** All that a file system says of a tree, by tools that are not ours: for comparing two trees to the last nanosecond. */

/** By path: type, mode, owner, links and size (of all but directories), time of change, target, device, content, attributes. */
export function treeFacts(root: string): { [path: string]: string } {
  const facts: { [path: string]: string } = {};
  const fields = run(root, ["find", ".", "-printf", "%P\\0%y %#m %U:%G %n %s %T@ -> %l\\0"]).split("\0");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [path = "", said = ""] = fields.slice(at, at + 2);
    facts[path] = said.startsWith("d") ? said.replace(/^(d \S+ \S+) \d+ \d+/, "$1") : said;
  }
  const add = (path: string, what: string) => {
    facts[path] = `${facts[path] ?? "not found"}, ${what}`;
  };
  for (const line of each(root, "f", ["sha256sum", "-z"])) add(line.slice(68), line.slice(0, 64));
  for (const line of each(root, "c,b", ["stat", "--printf", "%t:%T ./%n\\0"])) {
    const [device = "", ...name] = line.split(" ./");
    add(name.join(" ./").slice(2), device);
  }
  // getfattr writes names with octal escapes, and a blank line after each file.
  const listed = run(root, ["getfattr", "-R", "-h", "-P", "-d", "-m", "-", "-e", "hex", "."]);
  for (const block of listed.split("\n\n").filter((one) => one !== "")) {
    const [head = "", ...attributes] = block.split("\n");
    const path = head
      .replace(/^# file: /, "")
      .replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    add(path === "." ? "" : path.replace(/^\.\//, ""), attributes.sort().join(" "));
  }
  return facts;
}

/** What a command says of all files of some types, NUL between what it says of each. */
function each(root: string, types: string, command: string[]): string[] {
  const text = run(root, ["find", ".", "-type", types, "-exec", ...command, "{}", "+"]);
  return text.split("\0").filter((line) => line !== "");
}

function run(cwd: string, command: string[]): string {
  const env = { ...process.env, LC_ALL: "C" };
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd, env, maxBuffer: 1 << 30 });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  return stdout.toString("latin1");
}
