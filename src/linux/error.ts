/**
 * A failed system call. Typed calls throw a LinuxError that names the call, the error and the path, so a message says
 * what was attempted; callers decide by `code`.
 */

// Numbers 1 to 133 of asm-generic/errno.h, the same on x86_64 and aarch64; "-" where there is none.
const NAMES =
  "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST " +
  "EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM " +
  "ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG " +
  "EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET " +
  "ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG " +
  "ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE " +
  "EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE " +
  "EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN " +
  "ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL " +
  "EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD " +
  "ENOTRECOVERABLE ERFKILL EHWPOISON";

/** What the usual errors mean, in the words that people know from other tools. A function: built for an error only. */
function meanings(): Partial<Record<string, string>> {
  return {
    EPERM: "operation not permitted",
    ENOENT: "no such file or directory",
    ESRCH: "no such process",
    EIO: "input/output error",
    E2BIG: "argument list too long",
    ENOEXEC: "not an executable format",
    EBADF: "bad file descriptor",
    EAGAIN: "resource temporarily unavailable",
    ENOMEM: "out of memory",
    EACCES: "permission denied",
    EBUSY: "in use",
    EEXIST: "exists already",
    EXDEV: "crosses file systems",
    ENODEV: "no such device",
    ENOTDIR: "not a directory",
    EISDIR: "is a directory",
    EINVAL: "invalid argument",
    EMFILE: "too many open files",
    ETXTBSY: "text file busy",
    EFBIG: "file too large",
    ENOSPC: "no space left on device",
    EROFS: "read-only file system",
    EPIPE: "broken pipe",
    ENAMETOOLONG: "name too long",
    ENOSYS: "not known to this kernel",
    ENOTEMPTY: "directory not empty",
    ELOOP: "symbolic link in the path, or too many of them",
    EOPNOTSUPP: "not supported",
    ECONNREFUSED: "connection refused",
    ETIMEDOUT: "timed out",
    EDQUOT: "disk quota exceeded",
  };
}

let names: string[] | undefined;

/** Name of an error number, such as `ENOENT`; `E999` for one that has none. */
export function errnoName(errno: number): string {
  names ??= NAMES.split(" ");
  const name = names[errno - 1];
  return name === undefined || name === "-" ? `E${errno}` : name;
}

export class LinuxError extends Error {
  /** The kernel's name of the call, such as `openat2`. */
  readonly syscall: string;
  readonly errno: number;
  /** Such as `ENOENT`. */
  readonly code: string;
  readonly path: string | undefined;

  constructor(syscall: string, errno: number, path?: string) {
    const code = errnoName(errno);
    const meaning = meanings()[code];
    super(
      `${syscall}${path === undefined ? "" : ` ${path}`}: ${meaning === undefined ? code : `${meaning} (${code})`}`,
    );
    this.name = "LinuxError";
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
    this.path = path;
  }
}

/** Whether `error` is a failed system call with one of these codes. */
export function failedWith(error: unknown, ...codes: string[]): error is LinuxError {
  return error instanceof LinuxError && codes.includes(error.code);
}

/** The result of a system call, or the LinuxError that a negative one stands for. */
export function check(result: number, syscall: string, path?: string | Uint8Array): number {
  if (result < 0) throw new LinuxError(syscall, -result, typeof path === "string" ? path : undefined);
  return result;
}
