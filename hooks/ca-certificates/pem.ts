/** Certificates in PEM: found among whatever else a file says, and added to a list once. */

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";
const WIDTH = 64;

/** The certificates of a text, each in the same form: its two lines, and base64 of 64 characters a line. */
export function certificatesIn(text: string): string[] {
  return text
    .split(BEGIN)
    .slice(1)
    .flatMap((rest) => {
      const end = rest.indexOf(END);
      const body = end < 0 ? "" : rest.slice(0, end).replace(/\s/g, "");
      if (!/^[A-Za-z0-9+/]{64,}={0,2}$/.test(body) || body.length % 4 !== 0) return [];
      const lines: string[] = [];
      for (let at = 0; at < body.length; at += WIDTH) lines.push(body.slice(at, at + WIDTH));
      return [`${[BEGIN, ...lines, END].join("\n")}\n`];
    });
}

/** The list with those certificates at its end that it does not have; the rest of it stays as it is. */
export function added(list: string, certificates: readonly string[]): string {
  const known = new Set(certificatesIn(list));
  let text = list === "" || list.endsWith("\n") ? list : `${list}\n`;
  for (const certificate of certificates) {
    if (known.has(certificate)) continue;
    known.add(certificate);
    text += certificate;
  }
  return text;
}
