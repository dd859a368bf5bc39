/**
 * What a hook's sources ask for that the host program does not have: modules of Node and Bun, globals of theirs, imports at run time.
 * Each with file and line, since that is where it has to be mended.
 */

import { isBuiltin } from "node:module";

export interface Lack {
  readonly file: string;
  readonly line: number;
  /** `console is not there …` */
  readonly what: string;
}

/** Globals that people reach for, and what there is instead. */
const GLOBALS: { readonly [name: string]: string } = {
  ...Object.fromEntries(
    (
      "Bun process require module exports __dirname __filename global Buffer fetch Request Response URL URLSearchParams " +
      "WebSocket Worker Blob crypto performance structuredClone atob btoa AbortController AbortSignal Event EventTarget " +
      "Intl Temporal Proxy WeakRef FinalizationRegistry WebAssembly Iterator DisposableStack Float16Array navigator"
    )
      .split(" ")
      .map((name) => [name, "the engine of hooks has no such global"]),
  ),
  console: "use the context's `log`",
  setTimeout: "a hook does one thing after the other and ends",
  setInterval: "a hook does one thing after the other and ends",
  setImmediate: "a hook does one thing after the other and ends",
  queueMicrotask: "a hook does one thing after the other and ends",
  TextEncoder: "files are read and written as text",
  TextDecoder: "files are read and written as text",
  eval: "nothing but what was compiled runs in a hook",
};

const MARK = "hookwrightLacks_";
const transpiler = new Bun.Transpiler({
  loader: "ts",
  define: Object.fromEntries(Object.keys(GLOBALS).map((name) => [name, `${MARK}${name}`])),
});

/** The lacks of one module's source text. What is shadowed by a name of its own is none. */
export function lacksOf(file: string, source: string): Lack[] {
  const code = codeOf(source);
  const lines = (pattern: RegExp, what: string): Lack[] =>
    [...code.matchAll(pattern)].map(({ index }) => ({ file, line: lineAt(source, index), what }));
  const free = new Set(transpiler.transformSync(source).match(/hookwrightLacks_\w+/g));
  const globals = [...free].flatMap((marked) => {
    const name = marked.slice(MARK.length);
    return lines(new RegExp(`(?<![.\\w$])${name}(?![\\w$])`, "g"), `uses ${name}: ${GLOBALS[name]}`).slice(
      0,
      1,
    );
  });
  const modules = transpiler.scanImports(source).flatMap(({ kind, path }): Lack[] => {
    if (kind === "dynamic-import") return [];
    if (!isPlatform(path)) return [];
    const line = lineAt(source, Math.max(0, source.search(new RegExp(`["']${escaped(path)}["']`))));
    return [{ file, line, what: `imports ${path}: a hook has neither Node nor Bun, use hookwright/hook` }];
  });
  const dynamic = lines(
    /(?<![.\w$])import\s*\(/g,
    "imports at run time: a hook is one program, import at the top",
  );
  return [...globals, ...modules, ...dynamic].sort((a, b) => a.line - b.line);
}

/** Whether a module is part of an engine that hooks do not run on. */
export function isPlatform(specifier: string): boolean {
  return specifier === "bun" || specifier.startsWith("bun:") || isBuiltin(specifier);
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The text with comments and quoted words blanked, each character where it was. */
function codeOf(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g,
    (found) => found.replace(/[^\n]/g, " "),
  );
}
