/** `hook new NAME`: a folder with a hook in TypeScript that works, to be changed. */

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { findKit } from "../author/kit.ts";
import { filesOf, type Template } from "../author/template.ts";
import { EXIT, Failure } from "../spec/failure.ts";

export interface NewHook {
  /** Absolute path of the folder. */
  folder: string;
  files: string[];
}

/** Makes the folder `name` in `directory`. @throws Failure */
export async function hookNew(options: {
  name: string;
  directory: string;
  template: Template;
}): Promise<NewHook> {
  const { name, directory, template } = options;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw new Failure("bad_name", `make the hook ${JSON.stringify(name)}: that cannot be its name`, {
      hint: "use lower-case letters, digits and dashes",
      exitCode: EXIT.usage,
    });
  }
  const folder = `${directory}/${name}`;
  if (existsSync(folder)) {
    throw new Failure("folder_exists", `make the hook ${name}: ${folder} is there already`, {
      hint: "give another name, or go to another directory",
    });
  }
  const { sdk } = findKit();
  const files = filesOf(template, { name, sdk });
  mkdirSync(`${folder}/node_modules`, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text);
  // As `npm install` would make it of package.json; so editors and tests find the SDK at once.
  symlinkSync(sdk, `${folder}/node_modules/hookwright`);
  return { folder, files: Object.keys(files) };
}
