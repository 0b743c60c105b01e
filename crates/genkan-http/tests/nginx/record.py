#!/usr/bin/env python3
"""Asks a real nginx what it makes of odd request heads, and prints the answers as test data.

Usage: record.py [SEED] [RANDOM_CASES] > heads.tsv

Needs `nginx` in the PATH. Each line: status, Host as nginx took it, path as nginx matches it,
query, and the request, separated by tabs. Bytes outside of visible ASCII are escaped as \\xHH, a
run of one byte as {b*COUNT}. On 4xx and 5xx the three middle columns are empty.
"""
import os, random, re, shutil, socket, subprocess, sys, tempfile, time

CONFIG = """
daemon off; master_process off; error_log %(dir)s/error.log crit; pid %(dir)s/pid; worker_rlimit_nofile 512;
events { worker_connections 256; }
http {
  access_log off; default_type application/octet-stream; server_tokens off; keepalive_timeout 0;
  client_header_buffer_size 1k; large_client_header_buffers 4 8k; client_header_timeout 1s;
  client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path %(dir)s/f;
  uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
  server { listen unix:%(dir)s/socket; server_name _; location / { return 200 "$host\\n$uri\\n$args\\nend"; } }
}
"""

HOST = b"Host: h.test\r\n"


def request_lines():
    end = b"\r\n" + HOST + b"\r\n"
    for line in [
        b"GET / HTTP/1.1", b"GET  / HTTP/1.1", b"GET /  HTTP/1.1", b"GET / HTTP/1.1 ", b"GET / HTTP/1.1   ",
        b" GET / HTTP/1.1", b"get / HTTP/1.1", b"GET1 / HTTP/1.1", b"G-T / HTTP/1.1", b"G_T / HTTP/1.1",
        b"G.T / HTTP/1.1", b"\tGET / HTTP/1.1", b"GET\t/ HTTP/1.1", b"GET / HTTP/1.1\t", b"GET / HTTP/1.1 x",
        b"GET / HTTP/1.0", b"GET / HTTP/1.00", b"GET / HTTP/1.01", b"GET / HTTP/1.2", b"GET / HTTP/1.9",
        b"GET / HTTP/1.11", b"GET / HTTP/1.999", b"GET / HTTP/1.1000", b"GET / HTTP/1.", b"GET / HTTP/1",
        b"GET / HTTP/1.x", b"GET / HTTP/.1", b"GET / HTTP/0.9", b"GET / HTTP/01.1", b"GET / HTTP/2.0",
        b"GET / HTTP/3", b"GET / HTTP/9.x", b"GET / HTTP/10.1", b"GET / HTTP/a.1", b"GET / http/1.1",
        b"GET / HTTPS/1.1", b"GET / HTTP 1.1", b"GET / FTP/1.1", b"GET /a b HTTP/1.1", b"GET /\x01 HTTP/1.1",
        b"GET /\x1f HTTP/1.1", b"GET /\x7f HTTP/1.1", b"GET /\x80\xff HTTP/1.1", b"GET /\x00 HTTP/1.1",
        b"GET /?\x01 HTTP/1.1", b"GET /?a\x7f HTTP/1.1", b"GET /?\xff HTTP/1.1", b"GET /#\x02 HTTP/1.1",
        b"GET a HTTP/1.1", b"GET ?a HTTP/1.1", b"GET * HTTP/1.1", b"OPTIONS * HTTP/1.1", b"GET HTTP/1.1",
        b"GET  HTTP/1.1", b"GET http://h HTTP/1.1", b"GET http://h/ HTTP/1.1", b"GET http://H.Test/x HTTP/1.1",
        b"GET http://other.test/x?y HTTP/1.1", b"GET http://h?x HTTP/1.1", b"GET http://h#x HTTP/1.1",
        b"GET http://h/?x#y HTTP/1.1", b"GET http:///x HTTP/1.1", b"GET http:/h/x HTTP/1.1",
        b"GET http:h/x HTTP/1.1", b"GET http://h:80/x HTTP/1.1", b"GET http://h:/x HTTP/1.1",
        b"GET http://h:8a/x HTTP/1.1", b"GET http://u@h/x HTTP/1.1", b"GET http://u:p@h/x HTTP/1.1",
        b"GET http://h_h/x HTTP/1.1", b"GET http://h.h./x HTTP/1.1", b"GET http://h..h/x HTTP/1.1",
        b"GET http://./x HTTP/1.1", b"GET http://[::1]/x HTTP/1.1", b"GET http://[::1]:8/x HTTP/1.1",
        b"GET http://[::1/x HTTP/1.1", b"GET http://[::1]x/x HTTP/1.1", b"GET http://[v1.a~!$&'()*+,;=]/ HTTP/1.1",
        b"GET http://[a/b]/ HTTP/1.1", b"GET http://[]/ HTTP/1.1", b"GET http://%41/ HTTP/1.1",
        b"GET HTTP://h/x HTTP/1.1", b"GET h+t-t.p1://h/x HTTP/1.1", b"GET 1http://h/x HTTP/1.1",
        b"GET +http://h/x HTTP/1.1", b"GET x://h//a/../b HTTP/1.1", b"GET http://h%2fx/ HTTP/1.1",
        b"GET http://h\\x/ HTTP/1.1", b"GET /\\x/ HTTP/1.1", b"POST /x HTTP/1.1", b"DELETE /x HTTP/1.1",
    ]:
        yield line + end
    for lead in [b"\r\n", b"\n", b"\r\n\r\n\r\n", b"\n\n", b"\r\n\n\r\n"]:
        yield lead + b"GET /x HTTP/1.1" + end
    yield b"GET /x HTTP/1.0\r\n\r\n"
    yield b"GET http://other.test/x HTTP/1.0\r\n\r\n"
    yield b"GET http://other.test/x HTTP/1.1\r\n\r\n"
    yield b"GET /x HTTP/1.1\r\n\r\n"


def paths():
    for path in [
        b"/", b"//", b"///", b"/.", b"/./", b"/..", b"/../", b"/a/..", b"/a/../", b"/a/../b", b"/a/./b",
        b"/a/.../b", b"/.a", b"/..a", b"/a/.b", b"/a/..b/c", b"/a.", b"/a..", b"/a./", b"/a../", b"/a/b/../../c",
        b"/a/b/../../../c", b"/a//../b", b"/a/b//../c", b"//a//b//", b"/a/%2e", b"/a/%2E%2e", b"/a/%2e./b",
        b"/a/.%2e/b", b"/%2e%2e/", b"/%2f%2fa", b"/a%2Fb", b"/a%2f..%2fb", b"/a%2F%2F", b"/%41%62", b"/%", b"/%4",
        b"/%zz", b"/%4z", b"/%z4", b"/%00", b"/a%00b", b"/%u0041", b"/%25", b"/%2541", b"/%25%34%31", b"/%3f",
        b"/%3Fa?b", b"/%23", b"/a%23b#c", b"/%20", b"/%0a", b"/%0d%0a", b"/%7f", b"/%ff%FE", b"/%5c", b"/a\\..\\b",
        b"/a?b", b"/a?", b"/a??", b"/a?b?c", b"/a?b#c", b"/a#b?c", b"/a#", b"/#", b"/?#", b"/a?%00", b"/a?%zz",
        b"/a?//../x", b"/a/?..", b"/a/.?x", b"/a/..?x", b"/..?x", b"/a/.#x", b"/a/..#x", b"/..#x", b"/.#", b"/a;b/..",
        b"/a/+/..", b"/+", b"/.+", b"/..+", b"/.%2f", b"/..%2f", b"/a/..%2f", b"/a/..%00", b"/a/..%", b"/.%25",
        b"/..%25", b"/..%23x", b"/..%3fx", b"/a/.%23", b"/a%", b"/a%2", b"/a?%", b"/\"<>\\^`{|}", b"/[]';,:@&=$-_.!~*()",
    ]:
        yield path


def hosts():
    for host in [
        b"h.test", b"H.TEST", b"h.test.", b"h.test.:80", b"h:80", b"h:", b":80", b"h:abc", b"", b".", b"..", b"a..b",
        b"a.b.", b"a.b..", b"a/b", b"a\\b", b"a b", b"a\tb", b"a\x00b", b"a\x01b", b"a\x7fb", b"a\x80b", b"[::1]",
        b"[::1]:80", b"[::1", b"::1", b"[::1]x", b"[::1].", b"a[b]", b"_", b"a_b", b"*", b"*.test", b"a:b:c", b"a:..",
        b"a:/", b"a@b", b"a?b", b"a#b", b"a,b", b"%41", b"-", b"a.:", b".a", b"1.2.3.4", b"[", b"]", b"[]", b"[a]b:1.",
    ]:
        yield b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
        yield b"GET / HTTP/1.1\r\nHost:" + host + b" \t\r\n\r\n"
    for fields in [b"", HOST + HOST, b"Host\r\n", b"Host :a\r\n", b"HOST: a\r\n", b"Host:\r\n", b"Host: a\r\nhost: b\r\n"]:
        yield b"GET / HTTP/1.1\r\n" + fields + b"\r\n"
        yield b"GET / HTTP/1.0\r\n" + fields + b"\r\n"


def fields():
    for line in [
        b"A: b", b"A:b", b"A:", b"A: ", b"A:\t \t", b"A:  b  c  ", b"A", b"A-B9: c", b"A_B: c", b"_A: c", b"A.B: c",
        b".A: c", b"A B: c", b"A : c", b"A\t: c", b" A: c", b"\tA: c", b": c", b":", b"\x01A: c", b"A\x01: c",
        b"A\x7f: c", b"\x7fA: c", b"A\x80: c", b"\x80: c", b"A\x00: c", b"A: \x00", b"A: b\x00c", b"A: b \x00", b"A: \x01b",
        b"A: b\x7f", b"A: \x80\xff", b"A: b\rc", b"A: b\r", b"A: b\r\r", b"A\r", b"\r", b"\rA: b", b"A\rb: c", b"A: b\r c",
        b"A(: b", b"A/B: c", b"A=B: c", b"A\"B: c", b"A@: b", b"A[]: b", b"A{}: b", b"!#$%&'*+^`|~: b", b"A,B: c", b"A;B: c",
        b"A<B>: c", b"A?: c", b"A\\: c", b"HTTP/1.1 200 OK", b"A: b: c", b"A:: b", b"-: b", b"--: b", b"9: b", b"A b", b"A\tb",
    ]:
        yield b"GET / HTTP/1.1\r\n" + HOST + line + b"\r\n\r\n"
        yield b"GET / HTTP/1.1\r\n" + line + b"\r\n" + HOST + b"\r\n"
    yield b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n\tc\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n \r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + HOST + b"\r\r\n\r\n"


def lengths():
    """Heads around the ends of nginx's buffers: 1k, then four of 8k."""
    def line(total):  # a request line of so many bytes, line end included
        return b"GET /" + b"a" * (total - 16) + b" HTTP/1.1\r\n"

    def field(total):
        return b"A: " + b"b" * (total - 5) + b"\r\n"

    for total in [1000, 1023, 1024, 1025, 8190, 8191, 8192, 8193, 9000]:
        yield line(total) + HOST + b"\r\n"
        yield b"\r\n" + line(total) + HOST + b"\r\n"
        yield line(30) + HOST + field(total) + b"\r\n"
        yield line(30) + field(total) + HOST + b"\r\n"
        yield line(8000) + field(total) + HOST + b"\r\n"
    for count, total in [(3, 8192), (4, 8192), (5, 8192), (4, 8191), (5, 8191), (4, 8000), (5, 8000), (8, 4096), (9, 4096),
                         (7, 4097), (8, 4097), (32, 1024), (33, 1024), (34, 1024), (7, 5000), (4, 5000), (5, 5000), (6, 5000),
                         (328, 100), (332, 100), (336, 100), (340, 100), (11, 3000), (12, 3000), (13, 3000)]:
        yield line(30) + HOST + field(total) * count + b"\r\n"
        yield HOST.join([line(1010), b""]) + field(total) * count + b"\r\n"
    for total in [988, 989, 990, 991, 992]:
        yield line(30) + HOST[:-2] + b"\r\n" + field(total - 14) + b"\r\n"
    for total in range(979, 985):
        yield line(30) + HOST + field(total) + field(8192) * 4 + b"\r\n"


def random_head(chance):
    """A head with at most one odd part, so that many are answered with 200."""
    def pick(options, count):
        return b"".join(chance.choice(options) for _ in range(count))
    odd = chance.randrange(6)
    path = b"/" + pick([b"/", b"/", b"a", b"b", b".", b".", b"..", b"%2e", b"%2F", b"%41", b"%25", b"%3f", b"%23", b"?", b"#",
                        b"+", b"\\", b"//", b"/../", b"/./", b"/a/b", b"-", b"_", b"\xc3", b"%5c", b"%c3"], chance.randrange(12))
    if odd == 0:
        path += chance.choice([b"%", b"%0", b"%00", b"%g1", b" ", b"\x01", b"/../../../.."])
    version, method, spaces = b"1.1", b"GET", [b" ", b" "]
    if odd == 1:
        version = chance.choice([b"1.0", b"1.12", b"2.0", b"1.", b"11", b"1.1 "])
        method = chance.choice([b"POST", b"G-", b"_", b"GEt", b"", b"PUT"])
        spaces = [b" " * chance.choice([1, 2, 3]) for _ in range(2)]
    host = b"x.test"
    if odd in (2, 3):
        host = pick([b"a", b"b", b"c", b".", b":", b"[", b"]", b"8", b"_", b"A", b"-"], 1 + chance.randrange(6))
    scheme = b""
    if odd == 2:
        scheme = chance.choice([b"http://", b"X://", b"x+1://", b"http:/"]) + host
        path = chance.choice([path, path[1:], b"", b"?" + path])
    fields = b""
    if odd == 4:
        fields = pick([b"A", b"b", b"-", b"_", b".", b":", b" ", b"\t", b"\r", b"1", b": ", b": ", b"\x80"], 2 + chance.randrange(5)) + b"\r\n"
    if odd == 5:
        size = chance.choice([200, 500, 1000, 4000, 8100])
        count = chance.randrange(1, 40000 // size)
        fields = b"".join(b"A: " + b"b" * chance.randrange(size) + b"\r\n" for _ in range(count))
    host_field = b"Host: " + host + b"\r\n"
    return method + spaces[0] + scheme + path + spaces[1] + b"HTTP/" + version + b"\r\n" + fields + host_field + b"\r\n"


def escape(data):
    text = "".join(chr(b) if 0x21 <= b < 0x7F and chr(b) not in "\\{}" else "\\x%02x" % b for b in data)
    return re.sub(r"([a-z])\1{15,}", lambda m: "{%s*%d}" % (m[1], len(m[0])), text)


def ask(address, request):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(address)
        try:
            connection.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    if not answer.startswith(b"HTTP/1.1 "):
        return 9, b"", b"", b""  # HTTP/0.9, or nothing at all
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(answer[9:12])
    if status != 200:
        return status, b"", b"", b""
    host, rest = body.split(b"\n", 1)
    uri, args, _ = rest.rsplit(b"\n", 2)
    return status, host, uri, args


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    chance = random.Random(seed)
    folder = tempfile.mkdtemp()
    with open(folder + "/conf", "w") as config:
        config.write(CONFIG % {"dir": folder})
    nginx = subprocess.Popen(["nginx", "-p", folder, "-e", folder + "/error.log", "-c", folder + "/conf"])
    try:
        while not os.path.exists(folder + "/socket"):
            time.sleep(0.02)
        cases = [*request_lines(), *(b"GET " + p + b" HTTP/1.1\r\n" + HOST + b"\r\n" for p in paths()), *hosts(), *fields(), *lengths()]
        cases += [random_head(chance) for _ in range(count)]
        version = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip().rsplit("/")[-1]
        print(f"# nginx {version}, seed {seed}; made by record.py")
        for case in dict.fromkeys(cases):
            status, host, uri, args = ask(folder + "/socket", case)
            print(status, escape(host), escape(uri), escape(args), escape(case), sep="\t")
    finally:
        nginx.terminate()
        nginx.wait()
        shutil.rmtree(folder)


main()
