import { equal, match, rejects } from "node:assert/strict";

import { requireMover } from "../../cli/asMover";
import { moverSettings } from "../support/builders";

const settings = moverSettings({ entityId: "mover", formerEntityIds: ["former"], operatorEntityIds: ["operator"] });

/** A login whose token belongs to this entity. */
const loginOf = (entity: string, asked: string[] = []) => ({
  token: { get: () => Promise.resolve("token"), drop: () => undefined },
  transport: ({ path }: { readonly path: string }) => {
    asked.push(path);
    return Promise.resolve({ status: 200, text: JSON.stringify({ data: { entity_id: entity } }), headers: {} });
  },
});

describe("who may move from a terminal", () => {
  for (const entity of ["mover", "former", "operator"]) {
    it(`is the entity of the ${entity}`, async () => {
      const asked: string[] = [];

      await requireMover(loginOf(entity, asked), settings);

      equal(asked.join(), "/v1/auth/token/lookup-self");
    });
  }

  it("is no stranger, who is told how to log in as an operator", async () => {
    await rejects(requireMover(loginOf("person"), settings), (error: Error) => {
      match(error.message, /^This login is Vault's entity person, which is no operator's: /);
      match(error.message, /To move from here, log in by --login aws --role ROLE, with yours of `pulumi stack output/);
      return true;
    });
  });

  it("is no stranger, who is told which setting makes operators while there are none", async () => {
    const jwt = moverSettings({ entityId: "mover", login: "jwt" });

    await rejects(
      requireMover(loginOf("person"), jwt),
      /name your IAM role in operatorRoleArns, run `pulumi up`, and log in by --login jwt --role ROLE/,
    );
  });

  it("is not whoever has a token without an entity", async () => {
    await rejects(requireMover(loginOf(""), settings), /^Error: This Vault token has no identity entity/);
  });
});
