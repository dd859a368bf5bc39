/**
 * The directory of an image layout (image-layout.md): recognising one, making one, opening and reading what is in it. No
 * symbolic link is followed inside it, so nothing that a layout contains can lead out of it.
 */

import { goJson } from "../../codec/go-json.ts";
import { INDEX } from "../../codec/image/shapes.ts";
import { close } from "../../linux/descriptor.ts";
import { mkdir, mkdirAll, removeTree } from "../../linux/directory.ts";
import { failedWith, LinuxError } from "../../linux/error.ts";
import { renameNoReplace } from "../../linux/link.ts";
import { O, open, openAt, openIn, RESOLVE } from "../../linux/open.ts";
import { decode } from "../../linux/primitive.ts";
import { randomHex } from "../../linux/random.ts";
import { readToEnd } from "../../linux/read.ts";
import { exists, fstat, lstatIfThere, type Stat, TYPE } from "../../linux/stat.ts";
import { write } from "../../linux/write.ts";
import { Failure } from "../../spec/failure.ts";
import { MEDIA_TYPE } from "../../spec/image.ts";

export const BLOBS = "blobs/sha256";

const MARK = "oci-layout";
const VERSION = "1.0.0";
const MARK_LIMIT = 4096;
/** Read and write for all, as far as the umask allows. */
const FILE_MODE = 0o666;

/** The descriptor of a layout's directory. Throws `Failure` `layout_invalid` or `layout_unreadable`. */
export function openDirectory(path: string): number {
  const dir = attempt("read oci-layout", () => {
    try {
      return open(path, O.RDONLY | O.DIRECTORY);
    } catch (error) {
      if (failedWith(error, "ENOENT")) throw invalid("read oci-layout");
      throw error;
    }
  });
  try {
    checkMark(dir);
    requireKind(dir, "blobs", TYPE.directory, "check blobdir", "blobdir is not a directory");
    requireKind(dir, "index.json", TYPE.file, "check index", "index is not a file");
    return dir;
  } catch (error) {
    close(dir);
    throw error;
  }
}

/** Makes an empty layout: all of it appears at once, under its name. Throws `Failure` `layout_exists`, `layout_unwritable`. */
export function createDirectory(path: string): void {
  const whole = path.replace(/\/+$/, "") || "/";
  if (exists(whole)) throw alreadyThere(path);
  const slash = whole.lastIndexOf("/");
  const parent = whole.slice(0, slash + 1);
  const temporary = `${parent}.${whole.slice(slash + 1)}.${randomHex(6)}`;
  try {
    if (slash > 0) mkdirAll(parent);
    mkdir(temporary, 0o777);
    mkdir(`${temporary}/blobs`, 0o777);
    mkdir(`${temporary}/${BLOBS}`, 0o777);
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: [] };
    writeNew(`${temporary}/index.json`, goJson(index, INDEX));
    writeNew(`${temporary}/${MARK}`, goJson({ imageLayoutVersion: VERSION }));
    renameNoReplace(temporary, whole);
  } catch (error) {
    removeTree(temporary);
    if (failedWith(error, "EEXIST")) throw alreadyThere(path);
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("layout_unwritable", `image layout creation: ${error.message}`, { cause: error });
  }
}

function writeNew(path: string, text: string): void {
  const fd = open(path, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, FILE_MODE);
  try {
    write(fd, text);
  } finally {
    close(fd);
  }
}

/**
 * The descriptor of a regular file below a layout's directory, which never waits for a FIFO or a device to answer, and
 * the file's status. Throws LinuxError; ELOOP for a symbolic link, and ENODEV for what is no regular file.
 */
export function openFile(dir: number, path: string): { fd: number; stat: Stat } {
  const ENODEV = 19;
  const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS;
  const fd = openIn(dir, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK, resolve);
  const stat = fstat(fd);
  if ((stat.mode & TYPE.mask) === TYPE.file) return { fd, stat };
  close(fd);
  throw new LinuxError("open", ENODEV, path);
}

/** The text of a regular file of at most `limit` bytes below a layout's directory. Throws LinuxError. */
export function readFileBelow(dir: number, path: string, limit: number): string {
  const { fd, stat } = openFile(dir, path);
  try {
    return decode(readToEnd(fd, limit, stat.size, path));
  } finally {
    close(fd);
  }
}

/** The descriptor of `blobs/sha256`, made when it is missing and `make` says so. Throws LinuxError. */
export function openBlobs(dir: number, make: boolean): number {
  const blobs = openAt(dir, "blobs", O.PATH | O.DIRECTORY | O.NOFOLLOW);
  try {
    if (make && !exists("sha256", blobs)) {
      try {
        mkdir("sha256", 0o777, blobs);
      } catch (error) {
        if (!failedWith(error, "EEXIST")) throw error;
      }
    }
    return openAt(blobs, "sha256", O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
  } finally {
    close(blobs);
  }
}

function checkMark(dir: number): void {
  const text = attempt("read oci-layout", () => {
    try {
      return readFileBelow(dir, MARK, MARK_LIMIT);
    } catch (error) {
      if (failedWith(error, "ENOENT", "EFBIG", "ENODEV")) throw invalid("read oci-layout");
      throw error;
    }
  });
  let version: unknown;
  try {
    version = JSON.parse(text)?.imageLayoutVersion;
  } catch {
    throw invalid("parse oci-layout: it is no JSON");
  }
  if (version !== VERSION) throw invalid("layout version is not supported");
}

function requireKind(dir: number, path: string, type: number, what: string, wrong: string): void {
  const found = attempt(what, () => lstatIfThere(path, dir));
  if (found === null) throw invalid(what);
  if ((found.mode & TYPE.mask) !== type) throw invalid(wrong);
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("layout_unreadable", `open CAS: validate: ${what}: ${error.message}`, {
      hint: "Give the directory of an OCI image layout, one that you may read.",
      cause: error,
    });
  }
}

function invalid(what: string): Failure {
  return new Failure("layout_invalid", `open CAS: validate: ${what}: invalid image detected`, {
    hint: "Give the directory of an OCI image layout: the one that holds oci-layout.",
  });
}

function alreadyThere(path: string): Failure {
  return new Failure("layout_exists", `image layout creation: path already exists: ${path}`, {
    hint: "Give a name that is not taken.",
  });
}
