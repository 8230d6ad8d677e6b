/** A private CA and a server certificate for 127.0.0.1, made for one test run: DER by hand, signed by node:crypto. */
import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

export interface Authority {
  /** PEM of the CA's certificate. */
  readonly ca: string;
  /** PEM of a server's certificate that the CA signed, and of its key. */
  readonly cert: string;
  readonly key: string;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const prefix =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...prefix]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const truth = der(0x01, Buffer.from([0xff]));

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(text)))));
const utcTime = (time: Date): Buffer =>
  der(0x17, Buffer.from(`${time.toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));
const dayMs = 24 * 3_600_000;

const isAuthority = sequence(oid("551d13"), truth, der(0x04, sequence(truth)));
const isLoopback = sequence(oid("551d11"), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));

function certificate(
  serial: number,
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  extension: Buffer,
): string {
  const now = Date.now();
  const content = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + dayMs))),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signed = sequence(content, ecdsaWithSha256, bits(sign("sha256", content, signer)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

export function makeAuthority(name = "private CA of a test"): Authority {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = server.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    ca: certificate(1, name, name, authority.publicKey, authority.privateKey, isAuthority),
    cert: certificate(2, "127.0.0.1", name, server.publicKey, authority.privateKey, isLoopback),
    key,
  };
}
