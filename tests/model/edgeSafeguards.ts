/** Safeguards beside the protocol: what must hold, and the same with the safeguard gone. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { moverNames } from "../../components/aws/names";
import { moverGrants } from "../../components/mover/moverGrants";
import { encodeName, homePath, urlPath } from "../../runtime/model/path";
import { ownerOf } from "../../runtime/model/stateTag";
import { makeBatch } from "../../runtime/mover/batch";
import { retryableError } from "../../runtime/shared/errors";
import { makeTransport } from "../../runtime/vault/transport";
import type { Transport } from "../../runtime/vault/transport";
import { isAllowed, statementsOf } from "../security/iamEvaluator";
import type { Statement } from "../security/iamEvaluator";
import { entityId, moverSettings } from "../support/builders";
import { commandedByLabels } from "./authority";
import type { Wrap } from "./movers";
import { obeysLabels } from "./variants";

export interface EdgeSafeguard {
  readonly safeguard: string;
  /** The tests of the safeguard itself. */
  readonly tests: string;
  readonly holds: () => boolean | Promise<boolean>;
  /** The same question, put to a variant without it. */
  readonly holdsWithout: () => boolean | Promise<boolean>;
}

/** Names that Vault or a URL parser would clean to another path. */
const nasty = ["a/../b", "b", "a//b", "a/./b", "/a", "a/", "..", "../destroy/x", "dot.", "a"];

/** Every name keeps a path of its own, in a URL too. */
function keepsPaths(encode: (name: string) => string): boolean {
  const settings = moverSettings();
  const sent = nasty.map((name) => {
    const asked = `/v1/homing/data/${urlPath(homePath(settings, "x").replace(/x$/, encode(name)))}`;
    const { pathname } = new URL(asked, "https://vault.example.com");
    return pathname === asked && !/\.$|\/$|\/\//.test(pathname) ? pathname : undefined;
  });
  return sent.every((path) => path !== undefined) && new Set(sent).size === nasty.length;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
}

/** A redirect is answered as it came, and nobody asks at its target. */
async function staysWhereItAsked(make: (address: string) => Transport): Promise<boolean> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(request.url === "/v1/y" ? 200 : 307, { location: "/v1/y" }).end("{}");
  });
  try {
    const transport = make(await listening(server));
    const { status } = await transport({ step: "read-home", method: "GET", path: "/v1/x", headers: {} });
    return status === 307 && asked.length === 1;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const following =
  (address: string): Transport =>
  async ({ method, path, headers }) => {
    const answer = await fetch(new URL(path, address), { method, headers, redirect: "follow" });
    return { status: answer.status, text: await answer.text() };
  };

const canary = "canary-of-a-secret";

/** What a parser or a server says about a value gets into no retry's record. */
async function saysNothing(asRetry?: (error: Error) => Error): Promise<boolean> {
  const said: string[] = [];
  const batch = makeBatch({
    move: () => {
      const error = new SyntaxError(`Unexpected token in "${canary}"`);
      return Promise.reject(asRetry === undefined ? error : asRetry(error));
    },
    queue: { delay: () => Promise.resolve(), sendToDeadLetterQueue: () => Promise.resolve() },
    telemetry: {
      outcome: (outcome) => void said.push(JSON.stringify(outcome)),
      retry: (secret, error) => void said.push(secret, error.message, error.stack ?? "", JSON.stringify(error)),
      unreadable: (id) => void said.push(id),
      dropped: (id) => void said.push(id),
      ignored: (id) => void said.push(id),
    },
    now: () => 0,
    random: () => 0,
  });
  const attributes = { ApproximateReceiveCount: "1" };
  await batch([{ messageId: "m", receiptHandle: "r", body: '{"secretId":"app/db"}', attributes }], () => 100_000);
  return said.length > 0 && !said.some((text) => text.includes(canary));
}

const grants = (): readonly Statement[] => {
  const place = { partition: "aws", account: "123456789012", region: "eu-west-1", dnsSuffix: "amazonaws.com" };
  return statementsOf(
    moverGrants({
      place,
      names: moverNames("test", place),
      mover: {
        mode: "move",
        modeRules: [],
        namePrefix: "app/",
        login: "aws",
        audience: "",
        signingAlgorithm: "ES384",
        replicas: "skip",
        replicaRegions: [],
        formerEntityIds: [],
      },
      entityId,
      kmsKeyArns: [],
      inSubnets: false,
    }),
  );
};

/** A delete with a window is allowed, one without is not. */
function keepsWindow(policy: readonly Statement[]): boolean {
  const resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf";
  const may = (keys: Readonly<Record<string, string>>): boolean =>
    isAllowed(policy, {
      action: "secretsmanager:DeleteSecret",
      resource,
      keys: {
        "aws:ResourceTag/vault-mover": `1/${ownerOf(entityId)}/anything`,
        "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:homing-test-eu-west-1",
        ...keys,
      },
    });
  return (
    may({ "secretsmanager:RecoveryWindowInDays": "30" }) &&
    !may({ "secretsmanager:ForceDeleteWithoutRecovery": "true" })
  );
}

/** No label, erased or forged, has the mover change anything in AWS. */
async function obeysNoLabel(wrap?: Wrap): Promise<boolean> {
  const scene = {
    name: "one mover",
    messages: ["arn"],
    receives: 1,
    acts: {},
    crashes: 1,
    stale: 0,
    ticks: 0,
  } as const;
  const { states, calls } = await commandedByLabels(wrap === undefined ? scene : { ...scene, wrap }, 60);
  return states > 5 && calls.length === 0;
}

export const edgeSafeguards: readonly EdgeSafeguard[] = [
  {
    safeguard: "labels only withhold",
    tests: "tests/model/authority.test.ts",
    holds: () => obeysNoLabel(),
    holdsWithout: () => obeysNoLabel(obeysLabels),
  },
  {
    safeguard: "name escape",
    tests: "tests/runtime/model/path.test.ts",
    holds: () => keepsPaths(encodeName),
    holdsWithout: () => keepsPaths((name) => name),
  },
  {
    safeguard: "no redirects",
    tests: "tests/runtime/vault/transport.test.ts",
    holds: () => staysWhereItAsked((address) => makeTransport(address, "")),
    holdsWithout: () => staysWhereItAsked(following),
  },
  {
    safeguard: "closed list of reasons",
    tests: "tests/runtime/mover/batch.test.ts, tests/bundle/leaks.test.ts",
    holds: () => saysNothing(),
    holdsWithout: () => saysNothing((error) => retryableError("defect", "run", error.message)),
  },
  {
    safeguard: "deny force-delete",
    tests: "tests/components/mover/moverGrants.test.ts",
    holds: () => keepsWindow(grants()),
    holdsWithout: () =>
      keepsWindow(
        grants().filter(
          ({ Condition }) => Condition?.["Bool"]?.["secretsmanager:ForceDeleteWithoutRecovery"] === undefined,
        ),
      ),
  },
];
