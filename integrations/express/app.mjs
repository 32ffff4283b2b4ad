// A post with comments in Express. Run: MODBOT=http://127.0.0.1:8000 KEY=... PORT=3000 node app.mjs
import express from "express";

const { MODBOT, KEY, PORT = "3000" } = process.env;
const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
const SAID = { publish: "Thank you!", hold: "Thank you! Somebody will have a look.", reject: "This cannot be published." };
const plain = (text) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const addressOf = (request) => `${request.protocol}://${request.get("host")}${request.path}`;
const page = (comments, said) => `<!doctype html><title>The night bus</title><h1>The night bus</h1>
${comments.map((one) => `<article><b>${plain(one.name)}</b> ${one.body_html}</article>`).join("")}
<p role="status">${plain(said)}</p>
<form method="post"><textarea name="body" required></textarea> <input name="name" required>
<input name="email" type="email" required> <input name="website2" hidden tabindex="-1"> <button>Post Comment</button></form>`;

async function moderate(request) {
  const { name, email, body, website2: honeypot } = request.body;
  const about = { page_url: addressOf(request), ip: request.ip, honeypot };
  const asked = { method: "POST", headers, body: JSON.stringify({ name, email, body, ...about }) };
  const answer = await fetch(`${MODBOT}/v1/comments`, asked).catch(() => undefined);
  if (!answer || answer.status >= 500) return "That did not work. Please try again in a minute.";
  const told = await answer.json();
  return SAID[told.action] ?? (told.errors ?? []).map((error) => error.message).join(" ");
}

const app = express();
app.get("/night-bus", async (request, response) => {
  const query = new URLSearchParams({ action: "publish", page_url: addressOf(request) });
  const { comments } = await (await fetch(`${MODBOT}/v1/comments?${query}`, { headers })).json();
  response.send(page(comments.map((one) => one.comment).reverse(), request.query.said ?? ""));
});
app.post("/night-bus", express.urlencoded({ extended: false }), async (request, response) => {
  response.redirect(303, `/night-bus?said=${encodeURIComponent(await moderate(request))}`);
});
app.listen(Number(PORT), "127.0.0.1");
