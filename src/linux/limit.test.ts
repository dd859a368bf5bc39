import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { getLimit, LIMIT, setLimit } from "./limit.ts";
import { exit, fork } from "./process.ts";
import { wait } from "./wait.ts";

test("a limit is lowered for the process alone", () => {
  const before = getLimit(LIMIT.NOFILE);
  ok(before.soft > 0 && before.hard >= before.soft);
  const pid = fork();
  if (pid === 0) {
    setLimit(LIMIT.NOFILE, { soft: 64, hard: 128 });
    const now = getLimit(LIMIT.NOFILE);
    exit(now.soft === 64 && now.hard === 128 ? 0 : 1);
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
  deepEqual(getLimit(LIMIT.NOFILE), before);
});

test("no limit is Infinity, both ways", () => {
  const before = getLimit(LIMIT.FSIZE);
  setLimit(LIMIT.FSIZE, before);
  deepEqual(getLimit(LIMIT.FSIZE), before);
  equal(getLimit(LIMIT.CPU).hard, Number.POSITIVE_INFINITY);
});
