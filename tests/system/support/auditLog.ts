import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A request that Vault answered. */
export interface AuditedRequest {
  readonly operation: string;
  readonly path: string;
  /** Entity of the token; empty for a login and for root. */
  readonly entityId: string;
  readonly refused: boolean;
}

interface AuditLine {
  readonly type: string;
  readonly error?: string;
  readonly auth?: { readonly entity_id?: string };
  readonly request: { readonly operation: string; readonly path: string };
}

export interface AuditLog {
  /** Here and now, for {@link AuditLog.since}. Vault answers a request only after it was logged. */
  readonly now: () => number;
  readonly since: (mark: number) => readonly AuditedRequest[];
}

/** The file of a Vault server's audit device. */
export function auditLog(file: string): AuditLog {
  function read(from: number): string {
    const descriptor = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - from));
      readSync(descriptor, bytes, 0, bytes.length, from);
      return bytes.toString("utf8");
    } finally {
      closeSync(descriptor);
    }
  }
  return {
    now: () => Buffer.byteLength(read(0)),
    since: (mark) =>
      read(mark)
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as AuditLine)
        .filter(({ type }) => type === "response")
        .map(({ error, auth, request }) => ({
          operation: request.operation,
          path: request.path,
          entityId: auth?.entity_id ?? "",
          refused: error !== undefined && error !== "",
        })),
  };
}
