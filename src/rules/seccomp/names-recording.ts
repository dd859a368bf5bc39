/** A recording's numbers in names, sorted. What no table names stays a number, so that it can be reported. */

import type {
  Abi,
  NumberedRecording,
  RecordedArgument,
  RecordedCalls,
  Recording,
  RecordOptions,
} from "../../spec/recording.ts";
import { capabilityName, nameOf } from "./names.ts";
import { inCodePointOrder } from "./names-order.ts";

/** What a recording has from the kernel; the rest of it is known by who started the container. */
export type NamedRecording = Pick<
  Recording,
  "calls" | "unnamed" | "outOfRange" | "arguments" | "capabilities" | "files" | "addresses"
>;

/** `asked` says which of the optional parts were recorded: an empty part that was asked for says that nothing happened. */
export function nameRecording(raw: NumberedRecording, asked: RecordOptions): NamedRecording {
  const calls: Recording["calls"] = {};
  const unnamed: NonNullable<Recording["unnamed"]> = [];
  for (const { abi, allowed, refused } of raw.calls) {
    if (abi === "arm") unnamed.push({ abi, allowed, refused });
    else calls[abi] = nameCalls(abi, allowed, refused);
  }
  const named: NamedRecording = { calls, outOfRange: raw.outOfRange };
  if (unnamed.length > 0) named.unnamed = unnamed;
  if (asked.arguments) named.arguments = raw.arguments.flatMap(nameArgument);
  if (asked.capabilities) named.capabilities = nameCapabilities(raw.capabilities);
  if (asked.files) named.files = raw.files.map(({ path, access }) => ({ path, access }));
  if (asked.addresses) named.addresses = raw.addresses;
  return named;
}

function nameCalls(abi: Abi, allowed: readonly number[], refused: readonly number[]): RecordedCalls {
  const names = (numbers: readonly number[]) =>
    inCodePointOrder(numbers.flatMap((number) => nameOf(abi, number) ?? []));
  const unknown = [...allowed, ...refused].filter((number) => nameOf(abi, number) === undefined);
  return {
    allowed: names(allowed),
    refused: names(refused),
    unknown: [...new Set(unknown)].sort((a, b) => a - b),
  };
}

function nameArgument({ abi, nr, ...rest }: NumberedRecording["arguments"][number]): RecordedArgument[] {
  const syscall = abi === "arm" ? undefined : nameOf(abi, nr);
  return abi === "arm" || syscall === undefined ? [] : [{ abi, syscall, ...rest }];
}

function nameCapabilities({
  used,
  refused,
}: NumberedRecording["capabilities"]): NonNullable<Recording["capabilities"]> {
  const names = (numbers: readonly number[]) =>
    inCodePointOrder(numbers.flatMap((number) => capabilityName(number) ?? []));
  const unknown = [...new Set([...used, ...refused])].filter(
    (number) => capabilityName(number) === undefined,
  );
  return {
    used: names(used),
    refused: names(refused),
    ...(unknown.length > 0 ? { unknown: unknown.sort((a, b) => a - b) } : {}),
  };
}
