/**
 * System calls and capabilities by number and by name. A number that no table has is never given an invented name: it
 * stays a number and is reported as one.
 */

import type { Abi } from "../../spec/recording.ts";
import { tables } from "./generated/tables.ts";
import { decodeTable, type Table } from "./names-table.ts";

type TableName = keyof typeof tables;

const byNumber = new Map<TableName, Table>();
const byName = new Map<TableName, Map<string, number>>();

/** The call's name; undefined for a number that Debian's kernel headers do not have. x32 numbers are without bit 30. */
export function nameOf(abi: Abi, nr: number): string | undefined {
  return tableOf(abi)[nr];
}

/** The call's number; undefined for a name that the ABI does not have. */
export function numberOf(abi: Abi, name: string): number | undefined {
  return numbersOf(abi).get(name);
}

/** All names of an ABI, in the order of their numbers. */
export function namesOfAbi(abi: Abi): readonly string[] {
  return [...numbersOf(abi).keys()];
}

/** CAP_CHOWN of 0; undefined for a capability that is newer than the table. */
export function capabilityName(capability: number): string | undefined {
  return tableOf("capabilities")[capability];
}

function tableOf(what: TableName): Table {
  const known = byNumber.get(what);
  if (known !== undefined) return known;
  const table = decodeTable(tables[what]);
  byNumber.set(what, table);
  return table;
}

function numbersOf(what: TableName): Map<string, number> {
  let numbers = byName.get(what);
  if (numbers === undefined) {
    numbers = new Map();
    for (const [number, name] of tableOf(what).entries()) if (name !== undefined) numbers.set(name, number);
    byName.set(what, numbers);
  }
  return numbers;
}
