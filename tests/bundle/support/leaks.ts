/** Looks for a text in all the forms in which an output could carry it. */

/** Base64 of a text that stands somewhere in a longer one: without the ends that depend on its neighbours. */
const base64Forms = (text: string): string[] =>
  [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text, "utf8")])
      .toString("base64")
      .replace(/=+$/, "");
    return encoded.slice(offset === 0 ? 0 : 4, -2);
  });

const escapedUnicode = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const forms = (text: string): Readonly<Record<string, readonly string[]>> => {
  const once = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return {
    raw: [text],
    base64: base64Forms(text),
    base64url: base64Forms(text).map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    hex: [Buffer.from(text, "utf8").toString("hex")],
    url: [encodeURIComponent(text), new URLSearchParams([["", text]]).toString().slice(1)],
    json: [once, twice, escapedUnicode(once), escapedUnicode(twice)],
  };
};

/** The forms in which `text` stands in `output`; empty when it is not there. */
export function leaks(output: string, text: string): string[] {
  const lower = output.toLowerCase();
  return Object.entries(forms(text)).flatMap(([name, variants]) =>
    variants.some((variant) =>
      name === "hex" || name === "url" ? lower.includes(variant.toLowerCase()) : output.includes(variant),
    )
      ? [name]
      : [],
  );
}
