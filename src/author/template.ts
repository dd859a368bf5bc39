/** What `hook new` writes: a hook that works, its definition, its test, and what an editor needs. */

export const TEMPLATES = ["plain", "rootfs"] as const;
export type Template = (typeof TEMPLATES)[number];

export interface TemplateFacts {
  name: string;
  /** Directory of the SDK, for package.json. */
  sdk: string;
}

/** The files of a new hook, by their names. */
export function filesOf(template: Template, facts: TemplateFacts): { [file: string]: string } {
  const { name } = facts;
  return {
    [`${name}.ts`]: HOOKS[template](name),
    [`${name}.test.ts`]: TESTS[template](name),
    [`${name}.yaml`]: definition(name, STAGES[template]),
    "README.md": readme(name, STAGES[template]),
    "package.json": manifest(facts),
    "tsconfig.json": TSCONFIG,
    ".gitignore": `node_modules\n/${name}\n`,
  };
}

const HOOKS: { readonly [T in Template]: (name: string) => string } = {
  plain: (name) => `import { defineHook, option } from "hookwright/hook";

export default defineHook({
  name: "${name}",
  stages: ["createRuntime"],
  options: {
    word: option.text({ means: "what to say", fallback: "hello" }),
  },
  run({ container, options, stage, log }) {
    log(\`\${options.word} from \${container.id} at \${stage}\`);
  },
});
`,
  rootfs: (name) => `import { defineHook, option, rootfs } from "hookwright/hook";

export default defineHook({
  name: "${name}",
  stages: ["createContainer"],
  options: {
    file: option.path({ means: "file in the container", fallback: "/etc/motd" }),
  },
  uses: { rootfs },
  run({ container, options, rootfs, log }) {
    rootfs.writeText(options.file, \`this is \${container.id}\\n\`);
    log(\`wrote \${options.file}\`);
  },
});
`,
};

const TESTS: { readonly [T in Template]: (name: string) => string } = {
  plain: (name) => `import { expect, test } from "bun:test";
import { runHook } from "hookwright/hook/testing";
import hook from "./${name}.ts";

test("it says the word that it is given", () => {
  const lines = runHook(hook, { stage: "createRuntime", args: ["--word", "good day"], state: { id: "web" } });
  expect(lines).toEqual(["good day from web at createRuntime"]);
});
`,
  rootfs: (name) => `import { expect, test } from "bun:test";
import { inBundle } from "hookwright/hook/testing";
import hook from "./${name}.ts";

test("it writes the file into the container", () => {
  inBundle({}, (bundle) => {
    bundle.run(hook, { stage: "createContainer", state: { id: "web" } });
    expect(bundle.rootfs.readText("/etc/motd")).toBe("this is web\\n");
  });
});
`,
};

const STAGES: { readonly [T in Template]: string } = { plain: "createRuntime", rootfs: "createContainer" };

function definition(name: string, stage: string): string {
  return `version: 1.0.0
name: ${name}
hook:
  path: /usr/local/libexec/hookwright/hooks/${name}
  args: [${name}]
  env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
  timeout: 5
when:
  annotations: { "^com\\\\.example\\\\.${name}$": "^yes$" }
stages: [${stage}]
`;
}

function readme(name: string, stage: string): string {
  return `# ${name}

\`\`\`
bun test                                                   # the unit test
hookwright hook build ${name}.ts                           # one static program: ${name}
hookwright hook run ${name}.ts --stage ${stage}              # once, under the guard
sudo install ${name} /usr/local/libexec/hookwright/hooks/  # where the definition says
sudo hookwright hook add ${name}.yaml
sudo hookwright apply
\`\`\`

From then on it runs for every container with the annotation \`com.example.${name}: yes\`.
`;
}

function manifest({ name, sdk }: TemplateFacts): string {
  const devDependencies = { hookwright: `file:${sdk}`, "@types/bun": "^1.4.5", typescript: "^7.0.2" };
  return `${JSON.stringify({ name, private: true, type: "module", devDependencies }, null, 2)}\n`;
}

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: "ES2023",
      lib: ["ES2023"],
      module: "ESNext",
      moduleResolution: "bundler",
      allowImportingTsExtensions: true,
      types: ["bun"],
      noEmit: true,
      strict: true,
      skipLibCheck: true,
    },
  },
  null,
  2,
)}\n`;
