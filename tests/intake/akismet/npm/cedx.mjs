// Asks modbot through @cedx/akismet; its address is an option.
import { Author, Blog, Client, Comment } from "@cedx/akismet";

const [address, key] = process.argv.slice(2);
const blog = new Blog({ url: "https://gazette.example", charset: "UTF-8", languages: ["en", "fr"] });
const comment = (author, content) =>
  new Comment({
    author: new Author({ ipAddress: "192.0.2.7", userAgent: "Mozilla/5.0", ...author }),
    content,
    context: ["buses", "harbour"],
    date: new Date("2026-03-14T11:00:00Z"),
    permalink: "https://gazette.example/bus",
    type: "comment",
  });
const good = comment({ name: "Cal", email: "cal@example.org", url: "https://cal.example" }, "The night bus is late.");
const client = new Client(key, blog, { baseUrl: address });
const testing = new Client(key, blog, { baseUrl: address, isTest: true });
const wrong = new Client("f".repeat(12), blog, { baseUrl: address });

const told = {
  valid: await client.verifyKey(),
  wrong: await wrong.verifyKey(),
  ham: await client.checkComment(good),
  spam: await testing.checkComment(comment({ name: "viagra-test-123" }, "Hello")),
  administrator: await testing.checkComment(comment({ name: "Ada", role: "administrator" }, "Hello")),
  refused: await wrong.checkComment(good).catch((error) => error.message),
};
await client.submitSpam(good);
await testing.submitHam(good);
console.log(JSON.stringify(told));
