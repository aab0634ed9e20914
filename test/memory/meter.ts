/** Loaded into every measured process before its own code: the most that its heap and the whole process have held, at its end. */
import { writeFileSync } from "node:fs";

const file = process.env.LANYARD_TEST_METER;
if (file !== undefined) {
  let heapBytes = 0;
  const look = () => {
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
  };
  setInterval(look, 50).unref();
  process.once("exit", () => {
    look();
    writeFileSync(file, JSON.stringify({ heapMb: heapBytes / 1024 / 1024, residentMb: process.resourceUsage().maxRSS / 1024 }));
  });
}
