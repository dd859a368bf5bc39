import { equal, ok, test } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import { createMemfd } from "./memfd.ts";
import { addressOf, decode, encode, nr, SHA256_STATE, sha256, syscall } from "./primitive.ts";

const EBADF = 9;
const EINVAL = 22;

test("numbers pass without loss up to 2^53, negative ones too", () => {
  const LSEEK_SET = 0;
  const LSEEK_CUR = 1;
  const LSEEK = nr.pread64 === 17 ? 8 : 62;
  const fd = createMemfd("numbers", false);
  for (const n of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, 2 ** 53 - 1]) {
    equal(syscall(LSEEK, fd, n, LSEEK_SET), n);
  }
  equal(syscall(LSEEK, fd, -(2 ** 33) - 1, LSEEK_CUR), 2 ** 53 - 1 - 2 ** 33 - 1);
  equal(syscall(LSEEK, fd, -1, LSEEK_SET), -EINVAL);
  close(fd);
});

test("a failed call gives its own errno, every time", () => {
  for (let i = 0; i < 2000; i++) {
    equal(syscall(nr.close, -1), -EBADF);
    equal(syscall(nr.dup3, 0, 0, 0), -EINVAL);
  }
});

test("an address stays the same when the buffer of a small view is looked at", () => {
  const small = new Uint8Array(16);
  const address = addressOf(small);
  ok(address > 0 && Number.isSafeInteger(address));
  equal(addressOf(new Uint8Array(small.buffer, 4)), address + 4);
  equal(addressOf(new DataView(small.buffer, 8)), address + 8);
  equal(addressOf(small.subarray(3)), address + 3);
});

test("an empty buffer may be passed", () => {
  const fd = createMemfd("empty", false);
  equal(syscall(nr.write, fd, new Uint8Array(0), 0), 0);
  close(fd);
});

test("six arguments arrive in order", () => {
  // copy_file_range-like order is checked with mmap: length, protection, flags, descriptor and offset must all be right.
  const MMAP = nr.pread64 === 17 ? 9 : 222;
  const MUNMAP = nr.pread64 === 17 ? 11 : 215;
  const fd = createMemfd("mapped", false);
  syscall(nr.pwrite64, fd, encode("second page"), 11, 4096);
  const address = syscall(MMAP, 0, 4096, 1, 1, fd, 4096);
  ok(address > 0);
  const copy = createMemfd("copy", false);
  equal(syscall(nr.write, copy, address, 11), 11);
  const text = new Uint8Array(11);
  equal(syscall(nr.pread64, copy, text, 11, 0), 11);
  equal(decode(text), "second page");
  syscall(MUNMAP, address, 4096);
  close(copy);
  close(fd);
});

test("text becomes UTF-8 and back", () => {
  for (const text of ["", "plain", "é€𐍈", "a\0b"]) equal(decode(encode(text)), text);
  equal(encode("é€𐍈").length, 2 + 3 + 4);
  equal(decode(encode("\ud800")), "\ufffd");
  equal(decode(new Uint8Array([0x61, 0xff, 0x62])), "a\ufffdb");
  equal(decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
});

const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

test("sha256 of the standard's own examples", () => {
  equal(hex(sha256(encode("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  equal(hex(sha256(new Uint8Array(0))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("sha256 of a content in parts is that of the whole", () => {
  const whole = new Uint8Array(300);
  for (let at = 0; at < whole.length; at++) whole[at] = at & 255;
  const state = new Uint8Array(SHA256_STATE);
  equal(hex(sha256(whole.subarray(0, 128), state)), hex(sha256(whole.subarray(0, 128))));
  equal(hex(sha256(whole.subarray(128, 192), state)), hex(sha256(whole.subarray(0, 192))));
  equal(hex(sha256(whole.subarray(192), state)), hex(sha256(whole)));
});
