/**
 * An engine's CRI, asked as a kubelet asks it: gRPC over the engine's socket, as much as pods and their containers take. No client of
 * it is in Debian.
 */

import { connect } from "node:http2";
import { createConnection } from "node:net";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  ContainerIdSchema,
  ContainerStatusResponseSchema,
  CreateContainerRequestSchema,
  EmptySchema,
  ExecSyncRequestSchema,
  ExecSyncResponseSchema,
  type PodSandboxConfigSchema,
  PodSandboxIdSchema,
  RunPodSandboxRequestSchema,
  UpdateContainerResourcesRequestSchema,
} from "./generated/cri_pb.ts";

/** The node's network, so that no CNI plugin is asked; the rest is the pod's own. */
const NAMESPACES = { network: 2, pid: 1, ipc: 0 };

export interface Pod {
  readonly id: string;
  readonly config: MessageInitShape<typeof PodSandboxConfigSchema>;
}

export interface PodWish {
  name: string;
  namespace: string;
  annotations?: { [key: string]: string };
  /** Name of the runtime handler; the default one when absent. */
  handler?: string;
}

export class Cri {
  readonly #socket: string;
  readonly #image: string;
  readonly pods: Pod[] = [];

  /** `image` is what containers are made of. */
  constructor(socket: string, image: string) {
    this.#socket = socket;
    this.#image = image;
  }

  async runPod({ name, namespace, annotations = {}, handler = "" }: PodWish): Promise<Pod> {
    const metadata = { name, uid: `uid-${name}`, namespace, attempt: 0 };
    const labels = { "io.kubernetes.pod.namespace": namespace, "io.kubernetes.pod.name": name };
    const linux = { securityContext: { namespaceOptions: NAMESPACES } };
    const config = { metadata, labels, annotations, linux };
    const request = { config, runtimeHandler: handler };
    const answer = await this.#call("RunPodSandbox", RunPodSandboxRequestSchema, request, PodSandboxIdSchema);
    const pod = { id: answer.podSandboxId, config };
    this.pods.push(pod);
    return pod;
  }

  /** Makes a container of the pod and starts it; returns its id. Rejects with the engine's message. */
  async runContainer(pod: Pod, name: string, command: string[], devices: string[] = []): Promise<string> {
    const id = await this.createContainer(pod, name, command, devices);
    await this.#call("StartContainer", ContainerIdSchema, { containerId: id }, EmptySchema);
    return id;
  }

  /** `devices` are names of CDI. */
  async createContainer(pod: Pod, name: string, command: string[], devices: string[] = []): Promise<string> {
    const config = {
      metadata: { name, attempt: 0 },
      image: { image: this.#image, userSpecifiedImage: this.#image },
      command,
      CDIDevices: devices.map((device) => ({ name: device })),
      linux: { securityContext: { namespaceOptions: NAMESPACES } },
    };
    const request = { podSandboxId: pod.id, config, sandboxConfig: pod.config };
    const answer = await this.#call(
      "CreateContainer",
      CreateContainerRequestSchema,
      request,
      ContainerIdSchema,
    );
    return answer.containerId;
  }

  /** Output of a command in a container; throws when it fails. */
  async exec(containerId: string, cmd: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryExec(containerId, cmd);
    if (code !== 0) throw new Error(`${cmd.join(" ")}: ${code}: ${stderr}`);
    return stdout;
  }

  /** How a command in a container ends. */
  async tryExec(
    containerId: string,
    cmd: string[],
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const { stdout, stderr, exitCode } = await this.#call(
      "ExecSync",
      ExecSyncRequestSchema,
      { containerId, cmd },
      ExecSyncResponseSchema,
    );
    const text = new TextDecoder();
    return { code: exitCode, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  /** 1 is running, 2 exited; and the exit status. */
  async status(containerId: string): Promise<{ state: number; exitCode: number }> {
    const wish = { containerId };
    const answer = await this.#call(
      "ContainerStatus",
      ContainerIdSchema,
      wish,
      ContainerStatusResponseSchema,
    );
    return { state: answer.status?.state ?? 0, exitCode: answer.status?.exitCode ?? 0 };
  }

  /** Sets the limit of memory, bytes. */
  async update(containerId: string, limit: number): Promise<void> {
    const wish = { containerId, linux: { memoryLimitInBytes: BigInt(limit) } };
    await this.#call("UpdateContainerResources", UpdateContainerResourcesRequestSchema, wish, EmptySchema);
  }

  /** SIGTERM, and after so many seconds SIGKILL. */
  async stop(containerId: string, timeout: number): Promise<void> {
    const wish = { containerId, timeout: BigInt(timeout) };
    await this.#call("StopContainer", ContainerIdSchema, wish, EmptySchema);
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.stop(containerId, 0);
    await this.#call("RemoveContainer", ContainerIdSchema, { containerId }, EmptySchema);
  }

  /** Stops and removes a pod with its containers. */
  async removePod({ id }: Pod): Promise<void> {
    await this.#call("StopPodSandbox", PodSandboxIdSchema, { podSandboxId: id }, EmptySchema);
    await this.#call("RemovePodSandbox", PodSandboxIdSchema, { podSandboxId: id }, EmptySchema);
    const at = this.pods.findIndex((pod) => pod.id === id);
    if (at >= 0) this.pods.splice(at, 1);
  }

  #call<I extends DescMessage, O extends DescMessage>(
    method: string,
    request: I,
    init: MessageInitShape<I>,
    answer: O,
  ): Promise<MessageShape<O>> {
    const message = toBinary(request, create(request, init));
    const frame = new Uint8Array(5 + message.length);
    new DataView(frame.buffer).setUint32(1, message.length);
    frame.set(message, 5);
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(new Error(`${method}: ${error.message}`));
      const session = connect("http://localhost", { createConnection: () => createConnection(this.#socket) });
      session.on("error", failed);
      const stream = session.request({
        ":method": "POST",
        ":path": `/runtime.v1.RuntimeService/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const chunks: Uint8Array[] = [];
      let status: { [name: string]: unknown } = {};
      const note = (headers: object) => {
        status = { ...status, ...headers };
      };
      stream.on("response", note).on("trailers", note).on("error", failed);
      stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      stream.on("close", () => {
        session.close();
        if (status["grpc-status"] === "0") resolve(fromBinary(answer, Buffer.concat(chunks).subarray(5)));
        else failed(new Error(decodeURIComponent(String(status["grpc-message"] ?? "no answer"))));
      });
      stream.end(frame);
    });
  }
}
