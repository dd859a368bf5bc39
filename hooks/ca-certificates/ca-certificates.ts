/**
 * Adds certificate authorities to what a container trusts: to each list of certificates that its image has, and to the directory from
 * which the image's own tool would make that list anew.
 */

import { defineHook, Failure, files, option, rootfs } from "hookwright/hook";
import { added, certificatesIn } from "./pem.ts";

/** Lists of certificates, where distributions keep them; some are links to others. */
const LISTS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/ssl/cert.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];
/** One certificate a file, read by update-ca-certificates and update-ca-trust. */
const SOURCES = ["/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors"];
const LIMIT = 8 * 1024 * 1024;

export default defineHook({
  name: "ca-certificates",
  stages: ["createContainer"],
  options: {
    file: option.list({ means: "a file of the host with certificates, PEM" }),
  },
  uses: { files, rootfs },
  run({ options, files, rootfs, log }) {
    if (options.file.length === 0) {
      throw new Failure("option_missing", "read the options of ca-certificates: --file is missing", {
        hint: "name at least one file of the host with certificates",
      });
    }
    const certificates = options.file.flatMap((file) => {
      const found = certificatesIn(files.readText(file, LIMIT) ?? "");
      if (found.length > 0) return found;
      throw new Failure("no_certificate", `read ${file}: there is no certificate in it`, {
        hint: "give a file with -----BEGIN CERTIFICATE----- lines",
      });
    });
    const present = LISTS.filter((list) => rootfs.stat(list) !== null);
    if (present.length === 0) {
      rootfs.makeDirectory("/etc/ssl/certs");
      log(
        `the image has no list of certificates: made ${LISTS[0]} with the ${certificates.length} that were given`,
      );
    }
    for (const list of present.length === 0 ? LISTS.slice(0, 1) : present) {
      rootfs.writeText(list, added(rootfs.readText(list, LIMIT) ?? "", certificates));
    }
    for (const directory of SOURCES.filter((one) => rootfs.isDirectory(one)))
      for (const [at, certificate] of certificates.entries())
        rootfs.writeText(`${directory}/hookwright-${at}.crt`, certificate);
  },
});
