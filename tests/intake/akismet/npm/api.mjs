// Asks modbot through akismet-api, the client of Coral; it puts the key into the name of the host.
import dns from "node:dns";

// The only stranger here is the name server: every name leads to this machine.
dns.lookup = (_host, options, done) => {
  const [how, answer] = typeof options === "function" ? [{}, options] : [options, done];
  return how.all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4);
};
const { AkismetClient } = await import("akismet-api");

const [address, key] = process.argv.slice(2);
const options = { blog: "https://gazette.example", host: `modbot.example:${new URL(address).port}`, protocol: "http" };
const client = new AkismetClient({ key, ...options });
const good = { ip: "192.0.2.7", useragent: "Mozilla/5.0", content: "The night bus is late.", email: "cal@example.org", name: "Cal" };

const told = {
  valid: await client.verifyKey(),
  wrong: await new AkismetClient({ key: "f".repeat(12), ...options }).verifyKey(),
  ham: await client.checkSpam(good),
  spam: await client.checkSpam({ ...good, name: "akismet-guaranteed-spam", isTest: true }),
  administrator: await client.checkSpam({ ...good, role: "administrator", isTest: true }),
  refused: await new AkismetClient({ key: "f".repeat(12), ...options }).checkSpam(good).catch((error) => error.message),
};
await client.submitSpam(good);
console.log(JSON.stringify(told));
