import { deepEqual, rejects, throws } from "node:assert/strict";
import { moverStackOf as narrowed, moverStackOutputs, readMoverStack } from "../../../components/reader/moverStack";
import type { MoverStack } from "../../../components/reader/moverStack";
import { moverStackOf } from "../../support/builders";
import { record, settle } from "../../support/mocks";

const name = "acme/homing/prod";
const advice = "Name a stack of homing, and run pulumi up there if it was deployed by an older version.";

describe("the mover's stack as another program sees it", () => {
  it("is read from the stack's outputs as plain values, others left out", async () => {
    await record({}, {}, { [name]: { ...moverStackOf(), queueUrl: "https://queue" } });
    let read: MoverStack | undefined;
    await settle(async () => {
      read = await readMoverStack(name);
    });

    deepEqual(read, moverStackOf());
  });

  it("is refused with the names of all outputs that are missing", async () => {
    const { mount, homeTemplate, ...rest } = moverStackOf();
    await record({}, {}, { [name]: rest });

    await rejects(readMoverStack(name), {
      message: `Secrets can't be read by way of stack ${name}: it has no output mount, homeTemplate. ${advice}`,
    });
    deepEqual([mount, homeTemplate], ["homing", "aws/{account}/{region}/{name}"]);
    await settle(() => undefined);
  });

  it("names every output when the stack is another program's", async () => {
    await record({}, {}, { [name]: { url: "https://example.com" } });

    await rejects(readMoverStack(name), (error: Error) => error.message.includes(moverStackOutputs.join(", ")));
    await settle(() => undefined);
  });

  for (const [output, value] of Object.entries({
    account: "12",
    region: "*",
    vaultAddress: "vault.example.com",
    mount: "homing/*",
    homePrefix: "",
    homeTemplate: "aws/+/{name}",
    loginMethod: "userpass",
    loginPath: "../sys",
    signingAlgorithm: "HS256",
    vaultNamespace: ["team"],
  })) {
    it(`is refused with an output ${output} that is ${JSON.stringify(value)}`, () => {
      throws(() => narrowed(name, { ...moverStackOf(), [output]: value }), {
        message: `Secrets can't be read by way of stack ${name}: its output ${output} is not what a mover's stack has there. ${advice}`,
      });
    });
  }

  it("has an audience when its login is jwt", () => {
    throws(() => narrowed(name, { ...moverStackOf({ loginMethod: "jwt" }) }), /its output audience is empty/);
  });
});
