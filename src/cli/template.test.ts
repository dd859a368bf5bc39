import { expect, test } from "bun:test";
import { compileTemplate } from "./template.ts";

const render = (template: string, data: unknown) => compileTemplate(template)(data);
const run = {
  name: "net",
  hook: { path: "/h" },
  ms: 4.5,
  tags: ["a", "b"],
  ok: true,
  none: [],
  nothing: null,
};

test.each([
  ["{{.name}}", "net"],
  ["{{.Name}} at {{ .Hook.Path }}", "net at /h"],
  ["{{json .tags}}", '["a","b"]'],
  ['{{join .tags ", "}}', "a, b"],
  ["{{.name | upper}}", "NET"],
  ["{{lower (upper .name)}}", "net"],
  ["{{len .tags}}", "2"],
  ["{{range .tags}}<{{.}}>{{end}}", "<a><b>"],
  ["{{range .none}}x{{else}}none{{end}}", "none"],
  ["{{range .tags}}{{.}}{{$.name}} {{end}}", "anet bnet "],
  ["{{if .ok}}yes{{else}}no{{end}}", "yes"],
  ["{{if .nothing}}a{{else if .none}}b{{else}}c{{end}}", "c"],
  ['{{if eq .name "net"}}same{{end}}', "same"],
  ["{{if and .ok (not .none)}}both{{end}}", "both"],
  ["{{index .tags 1}}", "b"],
  ["a {{- .name -}} b", "anetb"],
  ["{{.missing}}", "<no value>"],
  ["{{/* a comment */}}x", "x"],
  ['{{"quoted \\"text\\""}}', 'quoted "text"'],
  ["plain } text", "plain } text"],
])("%s gives %s", (template, expected) => {
  expect(render(template, run)).toBe(expected);
});

test("a map prints as JSON, a list too", () => {
  expect(render("{{.hook}} {{.tags}}", run)).toBe('{"path":"/h"} ["a","b"]');
});

test("a field of the prototype is not reachable", () => {
  expect(render("{{.constructor}} {{.tags.length}}", run)).toBe("<no value> <no value>");
});

test.each([
  ["{{.name", "no closing }}"],
  ["{{if .a}}x", "no {{end}}"],
  ["{{end}}", "nothing to end"],
  ["{{shout .a}}", 'no function "shout"'],
  ["{{(.a}}", "no closing )"],
  ["{{}}", "nothing in it"],
])("%s is refused: %s", (template, words) => {
  expect(() => compileTemplate(template)).toThrow(words);
});
