"""A mail server on loopback for tests: mail_server.py DIR CERT KEY MODE.  Its port goes to DIR/port, each message that it takes
to DIR/N.eml, what was said (without passwords) to DIR/said.

MODE, words joined by commas: tls (from the first byte), starttls, plain (offers no TLS), login (wants user and "secret word"),
refuse (each recipient), busy (each recipient, for now), hang (says nothing), cut (the line goes after the letter)."""
import base64
import os
import socketserver
import ssl
import sys
import threading
import time

folder, cert, key, mode = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4].split(",")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
lock = threading.Lock()
taken = 0


def note(text):
    with lock, open(folder + "/said", "a") as f:
        f.write(text + "\n")


class Handler(socketserver.BaseRequestHandler):
    def say(self, text):
        self.file.write(text.encode() + b"\r\n")
        self.file.flush()

    def secure(self):
        self.request = context.wrap_socket(self.request, server_side=True)
        self.file = self.request.makefile("rwb")

    def greet(self, tls):
        offers = ["mail.test"]
        if "starttls" in mode and not tls:
            offers.append("STARTTLS")
        if "login" in mode and tls:
            offers.append("AUTH PLAIN")
        for n, offer in enumerate(offers):
            self.say("250%s%s" % ("-" if n < len(offers) - 1 else " ", offer))

    def login(self, words):
        given = words[2] if len(words) > 2 else None
        if given is None:
            self.say("334 ")
            given = self.file.readline().decode().strip()
        _, user, password = base64.b64decode(given).decode().split("\0")
        self.known = (user, password) == ("wetread", "secret word")
        self.say("235 welcome" if self.known else "535 who are you?")

    def data(self):
        global taken
        self.say("354 go on")
        lines = []
        while True:
            line = self.file.readline()
            if line == b".\r\n" or not line:
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        with lock:
            taken += 1
            path = "%s/%d.eml" % (folder, taken)
        with open(path, "wb") as f:
            f.write(b"".join(lines))
        if "cut" in mode:
            return False
        self.say("250 taken")
        return True

    def handle(self):
        tls = "tls" in mode
        self.known = "login" not in mode
        if "hang" in mode:
            time.sleep(30)
            return
        try:
            self.file = self.request.makefile("rwb")
            if tls:
                self.secure()
            self.say("220 mail.test")
            while True:
                line = self.file.readline().decode("utf-8", "replace").strip()
                words = line.split(" ")
                verb = words[0].upper()
                if not line:
                    return
                note(("tls " if tls else "open ") + (verb if verb == "AUTH" else line))
                if verb == "EHLO":
                    self.greet(tls)
                elif verb == "STARTTLS" and "starttls" in mode:
                    self.say("220 go on")
                    self.secure()
                    tls = True
                elif verb == "AUTH":
                    self.login(words)
                elif verb == "MAIL":
                    self.say("250 fine" if self.known else "530 log in first")
                elif verb == "RCPT":
                    self.say("550 nobody of that name" if "refuse" in mode
                             else "451 come again" if "busy" in mode else "250 fine")
                elif verb == "DATA":
                    if not self.data():
                        return
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")
        except (OSError, ssl.SSLError) as error:
            note("broke: " + type(error).__name__)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


server = Server(("127.0.0.1", 0), Handler)
with open(folder + "/port.new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(folder + "/port.new", folder + "/port")
server.serve_forever()
