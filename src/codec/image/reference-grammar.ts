/**
 * The grammar of image names, put together from named pieces: a repository's path, a registry's host, tags and digests,
 * as the distribution specification and Docker's reference format write them. sha256 is the only digest.
 */

const group = (source: string) => `(?:${source})`;
const repeated = (source: string) => `${group(source)}*`;
const optional = (source: string) => `${group(source)}?`;
const either = (...sources: string[]) => group(sources.join("|"));
const capture = (name: string, source: string) => `(?<${name}>${source})`;
const whole = (source: string) => new RegExp(`^${source}$`);

const ALPHANUMERIC = "[a-z0-9]+";
const SEPARATOR = either("[._]", "__", "-+");
const COMPONENT = ALPHANUMERIC + repeated(SEPARATOR + ALPHANUMERIC);
const PATH = COMPONENT + repeated(`/${COMPONENT}`);

const LABEL = either("[a-zA-Z0-9]", "[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]");
const NAMED_HOST = LABEL + repeated(`\\.${LABEL}`);
const IPV6_HOST = "\\[[a-fA-F0-9:]+\\]";
const HOST = either(NAMED_HOST, IPV6_HOST) + optional(":[0-9]{1,5}");

const TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";
const DIGEST = "sha256:[a-f0-9]{64}";

/** `PATH[:TAG][@DIGEST]`: what follows the host. */
export const REMAINDER = whole(
  capture("path", PATH) + optional(`:${capture("tag", TAG)}`) + optional(`@${capture("digest", DIGEST)}`),
);
export const HOSTNAME = whole(HOST);
export const DIGEST_WORD = whole(DIGEST);
