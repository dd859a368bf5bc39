/**
 * Whether a word of args or env looks like a secret: by the form of well-known tokens, by a telling name with a value, or
 * by password in a URL. A guess, so a warning; a reference to a secret (a path, a `secret://` address) is not one.
 */

const TOKENS: readonly [name: string, form: RegExp][] = [
  ["an AWS access key", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,})\b/],
  ["a GitLab token", /\bglpat-[\w-]{20,}/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a Vault token", /\bhv[sb]\.[\w-]{20,}/],
  ["a Google API key", /\bAIza[\w-]{35}\b/],
  ["a JSON Web Token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a password in a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]{3,}@/i],
];

const TELLING =
  /(^|[_.-])(password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)$/i;
const REFERENCE =
  /^(\/|\.\/|~\/|file:|https?:|[a-z]+:\/\/|\$\{?\w|%\w|true$|false$|yes$|no$|none$|null$|\d{1,5}$)/i;

/** What it looks like, as the end of a sentence; undefined when it does not. The secret itself is never repeated. */
export function looksSecret(word: string): string | undefined {
  for (const [name, form] of TOKENS) if (form.test(word)) return `looks like it holds ${name}`;
  const equals = word.indexOf("=");
  if (equals < 1) return undefined;
  const name = word.slice(0, equals).replace(/^-+/, "");
  const value = word.slice(equals + 1);
  if (!TELLING.test(name) || value.length < 4 || REFERENCE.test(value)) return undefined;
  return `${name} looks like it holds a secret`;
}
