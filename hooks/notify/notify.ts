/**
 * Tells somebody that a container starts or has stopped: a datagram to a socket of the host, or a POST by HTTPS, whose certificate is
 * always verified. Tried again until the hook's time is over.
 */

import { command, datagram, defineHook, Failure, option } from "hookwright/hook";
import { curlFor, messageOf } from "./message.ts";

export default defineHook({
  name: "notify",
  stages: ["createRuntime", "poststart", "poststop"],
  options: {
    socket: option.maybe(
      option.text({ means: "path of a Unix datagram socket, or @name of an abstract one" }),
    ),
    url: option.maybe(option.text({ means: "an https:// address that gets a POST" })),
    ca: option.maybe(
      option.path({ means: "file of the certificate authorities to trust, instead of the host's" }),
    ),
    curl: option.path({ means: "where curl is", fallback: "/usr/bin/curl" }),
    annotation: option.list({ means: "an annotation to tell as well" }),
  },
  uses: { command, datagram },
  run({ options, command, datagram, container, stage, remaining, log }) {
    const { socket, url } = options;
    if (socket === undefined && url === undefined) {
      throw new Failure("option_missing", "read the options of notify: neither --socket nor --url is given", {
        hint: "say where the message goes",
      });
    }
    const message = messageOf(container, stage, options.annotation, new Date());
    if (socket !== undefined) datagram(socket, message);
    if (url === undefined) return;
    const { status, stdout, stderr } = command(curlFor(options.curl, url, options.ca, remaining()), {
      input: message,
    });
    if (status !== 0) {
      throw new Failure("notify_failed", `POST to ${url}: ${stderr.trim() || `curl ended with ${status}`}`);
    }
    log(`told ${url}: ${stdout.trim()}`);
  },
});
