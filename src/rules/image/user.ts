/**
 * Whom an image's `User` means: names and numbers looked up in the passwd and group files of its own root file system
 * (config.md, `User`), by the rules that runc follows.
 */

import { goQuote } from "../../codec/go-quote.ts";
import { Failure } from "../../spec/failure.ts";

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  /** Undefined when the passwd file does not know the user. */
  readonly home: string | undefined;
}

/** The files' texts; a file that is missing has none. */
export interface AccountFiles {
  readonly passwd?: string;
  readonly group?: string;
}

const LARGEST = 2 ** 31 - 1;

/** Finds `USER[:GROUP]`, each a name or a number, or empty for root. Throws `Failure` `user_unknown`. */
export function findUser(spec: string, files: AccountFiles): User {
  const [userName = "", groupName = ""] = spec.split(":");
  const refuse = (problem: string) =>
    new Failure("user_unknown", `cannot parse user spec: ${goQuote(spec)}: ${problem}`, {
      hint: "Set another user with `image config --config.user`, or unpack an image that has this one.",
    });
  const entry = rows(files.passwd).find(([name = "", , uid = ""]) =>
    userName === "" || integerOf(userName) !== undefined
      ? numberIn(uid) === (integerOf(userName) ?? 0)
      : name === userName,
  );
  let uid = integerOf(userName) ?? 0;
  let gid = 0;
  let home: string | undefined;
  if (entry !== undefined) {
    [uid, gid, home] = [numberIn(entry[2]), numberIn(entry[3]), entry[5] || undefined];
  } else if (userName !== "") {
    if (integerOf(userName) === undefined) {
      throw refuse(`unable to find user ${userName}: no matching entries in passwd file`);
    }
    if (uid < 0 || uid > LARGEST) throw refuse("uids and gids must be in range 0-2147483647");
  }
  if (groupName === "") {
    return {
      uid,
      gid,
      home,
      additionalGids: entry === undefined ? [] : groupsOf(entry[0] ?? "", files.group),
    };
  }
  const number = integerOf(groupName);
  const group = rows(files.group).find(([name, , id]) =>
    number === undefined ? name === groupName : numberIn(id) === number,
  );
  if (group !== undefined) gid = numberIn(group[2]);
  else if (number === undefined) {
    throw refuse(`unable to find group ${groupName}: no matching entries in group file`);
  } else if (number < 0 || number > LARGEST) throw refuse("uids and gids must be in range 0-2147483647");
  else gid = number;
  return { uid, gid, home, additionalGids: [] };
}

/** `USER[:GROUP]` in numbers; undefined when either is a name. */
export function numericUser(spec: string): User | undefined {
  const [userName = "", groupName] = spec.split(":");
  const uid = spec === "" ? 0 : integerOf(userName);
  const gid = groupName ? integerOf(groupName) : 0;
  const fits = (id: number | undefined) => id !== undefined && id >= 0 && id <= LARGEST;
  if (uid === undefined || gid === undefined || !fits(uid) || !fits(gid)) return undefined;
  return { uid, gid, additionalGids: [], home: undefined };
}

function groupsOf(userName: string, groupFile: string | undefined): number[] {
  return rows(groupFile)
    .filter(([, , , members = ""]) => members.split(",").includes(userName))
    .map(([, , id]) => numberIn(id));
}

/** The fields of each line that is not empty. */
function rows(text = ""): string[][] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim().split(":")]));
}

function integerOf(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A number of an account file: what is none counts as 0, as in runc. */
function numberIn(text = ""): number {
  return integerOf(text) ?? 0;
}
