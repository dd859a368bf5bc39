/** A real Docker engine for its image store: no network, no bridge, everything below one directory. */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { known } from "./survivors.ts";

export interface DockerEngine {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Asks its API; throws with what it said when it refuses. */
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts dockerd below `dir` and waits until it answers. */
export async function startDocker(dir: string): Promise<DockerEngine> {
  mkdirSync(dir, { recursive: true });
  // Not the machine's own configuration.
  writeFileSync(`${dir}/daemon.json`, "{}");
  const address = `unix://${dir}/docker.sock`;
  const output = openSync(`${dir}/log`, "w");
  const places = [
    "--data-root",
    `${dir}/data`,
    "--exec-root",
    `${dir}/exec`,
    "-p",
    `${dir}/pid`,
    "-H",
    address,
  ];
  const quiet = ["--storage-driver", "vfs", "--iptables=false", "--ip6tables=false", "--bridge=none"];
  const child = Bun.spawn(["dockerd", "--config-file", `${dir}/daemon.json`, ...places, ...quiet], {
    stdin: "ignore",
    stdout: output,
    stderr: output,
  });
  closeSync(output);
  known.add(child.pid);
  const get = async (path: string) => {
    const response = await fetch(`http://docker${path}`, { unix: `${dir}/docker.sock` });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  for (let waited = 0; ; waited += 50) {
    if (existsSync(`${dir}/docker.sock`) && (await get("/version").catch(() => undefined)) !== undefined)
      break;
    if (child.exitCode !== null || waited > 30_000) {
      child.kill("SIGKILL");
      throw new Error(`dockerd does not answer:\n${readFileSync(`${dir}/log`, "utf8")}`);
    }
    await Bun.sleep(50);
  }
  return {
    address,
    get,
    async stop() {
      // It ends its containerd, too.
      child.kill("SIGTERM");
      await child.exited;
      known.delete(child.pid);
    },
  };
}
