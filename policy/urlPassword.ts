/** The form of a URL with a password in it, also where a character of it should have been escaped and was not. */

/** What a program fills in: `${X}`, `$(X)`, `$X`, `{{x}}`, `{x}`, `<x>`, `%X%`, `%s`. A default in it is a literal. */
const reference = [
  String.raw`\$\$?\{(?![^{}]{0,99}:[-=+])[^{}]{0,99}\}`,
  String.raw`\$\$?\([^()]{0,99}\)`,
  String.raw`\$\$?(?:[a-z_]\w{0,99}|\d)`,
  String.raw`%?\{\{?[^{}]{0,99}\}?\}`,
  String.raw`<[^<>]{0,99}>`,
  String.raw`%[a-z_]\w{0,99}%`,
  String.raw`%(?:\(\w{1,99}\)|\[\d\]|\d\$)?[a-z]`,
].join("|");
const references = `(?:${reference}){1,9}`;

/** A quote that ends the URL is no part of it. */
const apostrophe = String.raw`'(?![\s,;\]]|$)`;
const user = String.raw`(?:[^\s:/?#"'\[]|${apostrophe}){0,256}`;
const escaped = String.raw`(?!${references}@)(?:[^\s@/?#"']|${apostrophe}){1,4096}`;
/** After `host:` a port or a reference to one ends there, so that what follows is no password. */
const unescaped = String.raw`(?!\d*[/?#,]|${references}[/?#,@])[^\s@"']{1,4096}`;
/** A digest of an image stands where a host would. */
const host = String.raw`@(?!sha\d)`;

export const urlWithPassword = new RegExp(
  String.raw`(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/(?!${references}:${references}@)(?:${user}:${escaped}|[^\s:@/?#"'\[]{0,256}:${unescaped})${host}`,
  "i",
);
