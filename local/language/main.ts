/**
 * A language host for Node.js programs: what the engine asks to run a program on a folder.
 *
 * Pulumi's own one comes with its CLI and is in no package registry. This one starts the very runner that Pulumi's
 * starts, `@pulumi/pulumi/cmd/run` of the program's own packages, with the same arguments and environment. So how a
 * program is found, compiled, configured, serialized and ended is the SDK's; only this process between is ours.
 */
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { GetRequiredPackagesResponse, GetRequiredPluginsResponse } from "@pulumi/pulumi/proto/language_pb";
import type { RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/package.json";
import { runProgram } from "./program";

/** The engine's own address: the last argument that is no option. */
const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
if (engine === undefined) throw new Error("the language host is started by the Pulumi engine, with its address");

const run = ({ request }: ServerUnaryCall<RunRequest, RunResponse>, answer: sendUnaryData<RunResponse>): void => {
  runProgram(request, engine).then(
    (response) => {
      answer(null, response);
    },
    (error: unknown) => {
      answer({ code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) });
    },
  );
};

const server = new Server();
// What else the service has, Pulumi's commands for new projects and packages for instance, is answered UNIMPLEMENTED.
server.addService(LanguageRuntimeService, {
  // None is required: the engine takes the provider plugins that it finds on PATH, and installs nothing.
  getRequiredPackages: (_call: unknown, answer: sendUnaryData<GetRequiredPackagesResponse>) => {
    answer(null, new GetRequiredPackagesResponse());
  },
  getRequiredPlugins: (_call: unknown, answer: sendUnaryData<GetRequiredPluginsResponse>) => {
    answer(null, new GetRequiredPluginsResponse());
  },
  getPluginInfo: (_call: unknown, answer: sendUnaryData<PluginInfo>) => {
    answer(null, new PluginInfo().setVersion(version));
  },
  run,
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
