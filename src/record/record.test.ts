import { equal, ok, test, throws } from "../../test/portable/api.ts";
import { close, pipe } from "../linux/descriptor.ts";
import { list, mkdir, removeTree } from "../linux/directory.ts";
import { MS, mount, unmount } from "../linux/mount.ts";
import { unshare } from "../linux/namespace.ts";
import { setParentDeathSignal } from "../linux/prctl.ts";
import { nr, syscall } from "../linux/primitive.ts";
import { exit, fork } from "../linux/process.ts";
import { read as readFrom } from "../linux/read.ts";
import { SIGNAL } from "../linux/signal.ts";
import { makeTemporaryDirectory } from "../linux/temporary.ts";
import { wait } from "../linux/wait.ts";
import { write } from "../linux/write.ts";
import { decodeSnapshot } from "./decode.ts";
import { register, registerIfLoaded } from "./register.ts";
import { read } from "./snapshot.ts";
import { unregister } from "./unregister.ts";

/** A process in a mount namespace of its own, which waits for a byte, makes a call, and waits for another. */
function container(): { pid: number; go(): void; ended(): void } {
  const to = pipe();
  const from = pipe();
  const pid = fork();
  if (pid === 0) {
    // So that it ends with the test, also with one that fails.
    setParentDeathSignal(SIGNAL.KILL);
    close(to.write);
    close(from.read);
    const byte = new Uint8Array(1);
    unshare("mnt");
    write(from.write, byte);
    readFrom(to.read, byte);
    syscall(nr.getpgid, 0);
    write(from.write, byte);
    readFrom(to.read, byte);
    exit(0);
  }
  const answer = () => readFrom(from.read, new Uint8Array(1));
  answer();
  return {
    pid,
    go() {
      write(to.write, new Uint8Array(1));
      answer();
    },
    ended() {
      write(to.write, new Uint8Array(1));
      wait(pid);
      for (const fd of [to.read, to.write, from.read, from.write]) close(fd);
    },
  };
}

test("a container is recorded from here, and nothing stays behind", async () => {
  const dir = makeTemporaryDirectory("/tmp/hookwright-test-");
  mkdir(`${dir}/bpf`);
  mount("bpf", `${dir}/bpf`, "bpf", MS.NOSUID);
  const place = { pins: `${dir}/bpf/hookwright`, lock: `${dir}/run/recorder` };
  try {
    const one = container();
    const other = container();
    const wish = { options: {}, boundary: "attach" } as const;
    equal(registerIfLoaded(place, { ...wish, pid: one.pid }), null);
    const first = await register(place, { ...wish, pid: one.pid });
    const second = registerIfLoaded(place, { ...wish, pid: other.pid });
    ok(second);
    throws(() => registerIfLoaded(place, { ...wish, pid: one.pid }), "recorded already");
    one.go();
    const seen = (registration: typeof first) => {
      const snapshot = read(place, registration);
      return snapshot === null ? undefined : decodeSnapshot(snapshot, "attach").calls[0]?.allowed;
    };
    ok(seen(first)?.includes(nr.getpgid));
    ok(!seen(second)?.includes(nr.getpgid));
    other.go();
    one.ended();
    other.ended();
    ok(unregister(place, first));
    equal(unregister(place, first), null);
    ok(unregister(place, second));
    equal(list(`${dir}/bpf`).filter(({ name }) => name.startsWith("hookwright")).length, 0);
  } finally {
    unmount(`${dir}/bpf`);
    removeTree(dir);
  }
});
