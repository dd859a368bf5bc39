#!/usr/bin/env bun
/** Writes docs/commands.md from the command tree. A test keeps it up to date. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { commandReference } from "../src/cli/reference.ts";
import { tree } from "../src/cli/tree.ts";

writeFileSync(resolve(import.meta.dir, "../docs/commands.md"), commandReference(tree));
