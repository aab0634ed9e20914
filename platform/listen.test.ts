import { Agent, createServer, get, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { closeServer, drainServer, listen } from "./listen";

const open: Server[] = [];
const server = () => {
  const made = createServer((_, response) => response.end("here"));
  open.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => closeServer(one)));
});

test("a free port is taken as asked", async () => {
  const { port } = await listen(server(), "127.0.0.1", 0);
  await closeServer(open[0]!);
  expect(await listen(server(), "127.0.0.1", port)).toEqual({ port, moved: false });
});

test("a taken port moves on, and says so", async () => {
  const { port } = await listen(server(), "127.0.0.1", 0);
  const moved = await listen(server(), "127.0.0.1", port);
  expect(moved.moved).toBe(true);
  expect(moved.port).toBeGreaterThan(port);
});

test("an address that is not ours is refused at once", async () => {
  await expect(listen(server(), "192.0.2.1", 4000)).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

test("closing does not wait for an idle keep-alive connection", async () => {
  const one = server();
  const { port } = await listen(one, "127.0.0.1", 0);
  await new Promise<void>((resolve) =>
    get({ port, headers: { connection: "keep-alive" } }, (answer) => answer.resume().once("end", () => resolve())),
  );
  await closeServer(one);
  expect(one.listening).toBe(false);
});

test("a server that drains takes nobody new, answers on what is open, and ends with its last connection", async () => {
  const server = createServer((_, response) => response.end("yes"));
  const { port } = await listen(server, "127.0.0.1", 0);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: "127.0.0.1", port, agent }, (answer) => {
        answer.resume().once("end", () => resolve(answer));
      }).once("error", reject);
    });
  expect((await ask()).headers.connection).toBe("keep-alive");
  const drained = drainServer(server);
  while (server.listening) await new Promise((resolve) => setImmediate(resolve));
  await expect(
    new Promise((_, reject) => get({ host: "127.0.0.1", port, agent: new Agent() }).once("error", reject)),
  ).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect((await ask()).headers.connection).toBe("close");
  await drained;
  agent.destroy();
});

test("those whom the system has let in before the process saw them are still answered", async () => {
  const server = createServer((_, response) => response.end("yes"));
  const { port } = await listen(server, "127.0.0.1", 0);
  const answers = Array.from({ length: 5 }, () => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
    return new Promise<string>((resolve, reject) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
        if (text.includes("yes")) socket.end();
      });
      socket.once("end", () => resolve(text)).once("error", reject);
    });
  });
  // The handshakes are the system's: done in this tick, before this process has been told of them.
  const drained = await new Promise<{ over: Promise<void> }>((go) => process.nextTick(() => go({ over: drainServer(server) })));
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200.*yes/s);
  await drained.over;
});
