/** The document that all containers of a bridge share: which of its addresses and ports are whose. */

import { Failure } from "hookwright/hook";
import { overlap, type Port, portText } from "./port.ts";

/** What a bridge is; all that use it at a time must mean the same. */
export interface Settings {
  readonly subnet: string;
  readonly subnet6?: string;
  /** Number of the gateway's address in both networks. */
  readonly gateway: number;
  readonly masquerade: boolean;
  readonly isolate: boolean;
  readonly mtu?: number;
}

export interface Lease {
  readonly id: string;
  readonly bundle: string;
  /** Of its address in the network. */
  readonly number: number;
  readonly ports: readonly Port[];
}

export interface Pool {
  readonly v: 1;
  /** Id of the boot: after another one there is no bridge and no container. */
  readonly boot: string;
  readonly settings: Settings;
  /** Whether the bridge was made for these containers, and goes with the last of them. */
  readonly made: boolean;
  /** Addresses that the bridge was given. */
  readonly given: readonly string[];
  /** Number that was given out last: one that is given back rests for a while. */
  readonly lastNumber: number;
  readonly leases: readonly Lease[];
}

type Whose = Pick<Lease, "id" | "bundle">;

/** The lease of a container. */
export function leaseOf({ leases }: Pool, { id, bundle }: Whose): Lease | undefined {
  return leases.find((lease) => lease.id === id && lease.bundle === bundle);
}

/** The pool with a lease for a container. `last` is the highest number. Throws `Failure` `no_address`, `port_taken`. */
export function take(pool: Pool, { id, bundle }: Whose, ports: readonly Port[], last: number): Pool {
  for (const lease of pool.leases)
    for (const taken of lease.ports)
      for (const port of ports)
        if (overlap(port, taken)) {
          throw new Failure("port_taken", `publish ${portText(port)}: ${lease.id} has ${portText(taken)}`, {
            hint: "publish it on another port or address of the host",
          });
        }
  const used = new Set(pool.leases.map(({ number }) => number)).add(pool.settings.gateway);
  for (let step = 1; step <= last; step++) {
    const number = ((pool.lastNumber + step - 1) % last) + 1;
    if (used.has(number)) continue;
    return { ...pool, lastNumber: number, leases: [...pool.leases, { id, bundle, number, ports }] };
  }
  throw new Failure("no_address", `find an address in ${pool.settings.subnet}: all ${last} are in use`, {
    hint: "`hookwright reconcile` gives back those of containers that are gone",
  });
}

/** The pool without the lease of a container. */
export function giveBack(pool: Pool, { id, bundle }: Whose): Pool {
  return { ...pool, leases: pool.leases.filter((lease) => lease.id !== id || lease.bundle !== bundle) };
}
