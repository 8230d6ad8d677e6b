/** The homes: Vault's KV version 2 over the transport, since the value needs raw text in both directions. */
import { absentHome, readHome } from "../model/home";
import type { HomePort } from "../model/ports";
import { cutData } from "../model/value";
import { retryableError } from "../shared/errors";
import { membersOf } from "../shared/members";
import { makeKv } from "./kv";
import type { KvOptions } from "./kv";
import { answerError, isLabelRejected, isMismatch, isNeverWritten, isRejected, readJson } from "./vaultErrors";

/** Makes the port to the homes below a mount. */
export function makeVaultHome(options: KvOptions): HomePort {
  const { send, url } = makeKv(options);

  return {
    async metadata(path) {
      const step = "read-home";
      const answer = await send({ step, method: "GET", path: url("metadata", path) });
      if (isNeverWritten(answer)) return absentHome;
      if (answer.status !== 200) throw answerError(step, answer);
      const home = readHome(membersOf(readJson(step, answer.text))["data"]);
      if (home === undefined)
        throw retryableError("vault-answer-unreadable", step, "Vault's metadata has an unknown form");
      return home;
    },

    async write(path, body) {
      const step = "write";
      const answer = await send({ step, method: "POST", path: url("data", path), body });
      if (isMismatch(answer)) return { is: "mismatch" };
      if (isRejected(answer)) return { is: "rejected" };
      // A status below 300 alone is no proof that anything was stored.
      if (answer.status !== 200) throw answerError(step, answer);
      const { version } = membersOf(membersOf(readJson(step, answer.text))["data"]);
      if (typeof version !== "number") throw retryableError("vault-answer-unreadable", step, "Vault named no version");
      return { is: "written", version };
    },

    async label(path, patch) {
      const step = "label";
      const body = JSON.stringify({ custom_metadata: patch });
      const type = "application/merge-patch+json";
      const answer = await send({ step, method: "PATCH", path: url("metadata", path), body, type });
      if (answer.status === 204) return { is: "done" };
      if (answer.status === 200) {
        // Vault answers like this when it has warnings, as JSON. Anything else came from something in front of Vault.
        readJson(step, answer.text);
        return { is: "done" };
      }
      // Vault answers the PATCH of an entry that is not there with 404 and no body at all.
      if (isNeverWritten(answer) || (answer.status === 404 && answer.text.trim() === "")) return { is: "gone" };
      if (isLabelRejected(answer)) return { is: "rejected" };
      throw answerError(step, answer);
    },

    async read(path) {
      const step = "read-back";
      const answer = await send({ step, method: "GET", path: url("data", path) });
      // 404 with a body is a deleted version, 404 without one a deleted entry.
      if (answer.status === 404) return { is: "gone" };
      if (answer.status !== 200) throw answerError(step, answer);
      const { metadata } = membersOf(membersOf(readJson(step, answer.text))["data"]);
      const { version, created_time: createdTime, deletion_time: deletionTime } = membersOf(metadata);
      const data = cutData(answer.text);
      const times = typeof createdTime === "string" && typeof deletionTime === "string";
      if (typeof version !== "number" || !times || data === undefined) {
        throw retryableError("vault-answer-unreadable", step, "Vault's answer has an unknown form");
      }
      return { is: "value", version, createdTime, deletionTime, data };
    },
  };
}
