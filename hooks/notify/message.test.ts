import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { curlFor, messageOf } from "./message.ts";

const container = { id: 'a"b', bundle: "/b", annotations: { "com.example/team": "one\ntwo" } };

test("one line of JSON, whatever the container calls itself", () => {
  const text = messageOf(container, "poststop", ["com.example/team", "absent"], new Date(0));
  equal(text.indexOf("\n"), text.length - 1);
  deepEqual(JSON.parse(text), {
    event: "stop",
    container: 'a"b',
    time: "1970-01-01T00:00:00.000Z",
    annotations: { "com.example/team": "one\ntwo", absent: null },
  });
  const events = (["createRuntime", "poststart"] as const).map(
    (stage) => JSON.parse(messageOf(container, stage, [], new Date(0))).event,
  );
  deepEqual(events, ["create", "start"]);
});

test("curl is told to verify, and for how long", () => {
  const words = curlFor("/usr/bin/curl", "https://example.com/x?y=[1]", "/ca.pem", 10_000);
  deepEqual(words.slice(0, 2), ["/usr/bin/curl", "--disable"]);
  equal(words.includes("--insecure") || words.includes("-k"), false);
  const after = (word: string) => words[words.indexOf(word) + 1];
  deepEqual([after("--proto"), after("--cacert"), after("--max-time")], ["=https", "/ca.pem", "3"]);
  equal(after("--retry-max-time"), "6");
  equal(curlFor("/c", "https://a", undefined, 600).includes("0.1"), true);
});

test("another scheme, a password or a space is no address", () => {
  for (const url of [
    "http://a",
    "https://",
    "HTTPS://a",
    "file:///etc/passwd",
    "https://u:p@a/",
    "https://a b",
    "--config",
  ])
    throws(() => curlFor("/c", url, undefined, 5000), "no https:// address");
});
