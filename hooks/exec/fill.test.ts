import { equal, test, throws } from "../../test/portable/api.ts";
import { filled } from "./fill.ts";

const container = { id: "c1", bundle: "/b", annotations: { "com.example/x": "{id} $(id) ; é" }, pid: 7 };
const fill = (word: string) => filled(word, container, "createRuntime");

test("what the container says stays within its word, and is not filled in again", () => {
  equal(fill("{stage}:{id}:{bundle}:{pid}"), "createRuntime:c1:/b:7");
  equal(fill("<{annotation:com.example/x}>"), "<{id} $(id) ; é>");
  equal(fill("{annotation:absent}"), "");
  equal(fill("{}{ id }{ID}"), "{}{ id }{ID}");
});

test("a placeholder that there is not is refused, and a pid where there is none", () => {
  throws(() => fill("{ip}"), "fill in {ip}: there is no {ip}");
  throws(() => fill("{id:x}"), "there is no {id:x}");
  throws(() => fill("{annotation}"), "there is no {annotation}");
  const { pid: _, ...stopped } = container;
  throws(() => filled("{pid}", stopped, "poststop"), "not known at poststop");
});
