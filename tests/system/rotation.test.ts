import { describeHandOver } from "./behaviours/handOver";
import { describeRotation } from "./behaviours/rotation";
import { describeRotationOfDatabase } from "./behaviours/rotationOfDatabase";
import { useCloud } from "./support/bench";

describe("rotation with login aws on Vault", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "sys-rotate-aws", login: "aws", server: "vault" });
  describeRotation(bench, "aws");
  describeRotationOfDatabase(bench);
});

describe("rotation with login jwt on OpenBao", function () {
  this.timeout(300_000);
  describeRotation(
    useCloud({ name: "sys-rotate-bao", login: "jwt", server: "openbao", settings: { authorship: "label" } }),
    "jwt",
  );
});

describe("a hand-over with login jwt on Vault", function () {
  this.timeout(300_000);
  describeHandOver(
    useCloud({ name: "sys-hand-over", login: "jwt", server: "vault", settings: { rotation: "hand-over" } }),
  );
});
